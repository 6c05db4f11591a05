//! Finding out what became of creates whose answers were lost.

use scimkit_client::Transport;
use scimkit_filter::Filter;
use scimkit_store::{StateStore, StoreError};

use super::{
    run::{Event, Run},
    traveller::link,
    trouble::{Halt, Trouble},
};
use crate::{
    Directory, LogStatus, ObjectKind, ProvisioningAction, StatusInfo, Step, StepType,
    creations::Creation, matching::look_up,
};

impl<D: Directory, T: Transport, S: StateStore> Run<'_, D, T, S> {
    /// Links what earlier creates made, before anybody asks who is linked.
    pub(super) async fn recover(&mut self) -> Result<(), Halt> {
        for creation in self.creations.all() {
            let object = creation.object.clone();
            match self.recover_one(creation).await {
                Ok(()) => {}
                Err(Trouble::Cycle(halt)) => return Err(halt),
                Err(Trouble::Object(failure)) => {
                    self.fail(&object, ProvisioningAction::Create, Vec::new(), failure)
                        .await?;
                }
            }
            self.check_running()?;
        }
        Ok(())
    }

    async fn recover_one(&mut self, creation: Creation) -> Result<(), Trouble> {
        let object = creation.object;
        let kind = object.kind.unwrap_or(ObjectKind::User);
        let Some(rule) = self.rule(kind)? else {
            return Ok(());
        };
        let filters = creation.filters.iter().map(|filter| filter.parse());
        let filters: Vec<Filter> = filters
            .collect::<Result<_, _>>()
            .map_err(StoreError::other)?;
        let (client, planted) = (self.client(), self.engine.planted);
        let found = look_up(client, rule.resource_type, &filters, planted).await?;
        self.target_works();
        let mut batch = self.batch();
        self.creations.end(&object.id, &mut batch);
        if let Some(found) = found
            && self.links.of(&object.id).is_none()
            && self.links.source_of(kind, &found.id).is_none()
        {
            // an empty document: it is looked at again
            let link = link(&object, kind, found.id.clone(), "");
            self.links.put(&object.id, link, &mut batch)?;
            let description = format!(
                "an earlier cycle created it as `{}`, but did not get the answer",
                found.id
            );
            let step = Step::new(
                "EntryExportAdd",
                StepType::Export,
                LogStatus::Success,
                description,
            );
            self.counts(kind).created += 1;
            let event = Event {
                object: &object,
                target: Some(&found.id),
                action: ProvisioningAction::Create,
                status: StatusInfo::success(),
                steps: vec![step],
                modified: Vec::new(),
            };
            self.log(&mut batch, event)?;
        }
        Ok(self.commit(batch).await?)
    }
}
