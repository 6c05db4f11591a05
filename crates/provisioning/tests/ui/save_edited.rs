use scimkit_client::{BaseUrl, Transport};
use scimkit_mapping::MappingSet;
use scimkit_provisioning::{Application, Options, TestedConnection};
use scimkit_store::MemoryState;

async fn save<T: Transport>(tested: TestedConnection<T>, base: BaseUrl) {
    let edited = tested.with_base(base);
    let mappings = MappingSet::netskope_user_authentication();
    let state = MemoryState::new();
    let _ = Application::save(&edited, "Netskope", mappings, Options::default(), &state).await;
}

fn main() {}
