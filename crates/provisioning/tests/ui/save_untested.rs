use scimkit_client::Transport;
use scimkit_mapping::MappingSet;
use scimkit_provisioning::{Application, Connection, Options};
use scimkit_store::MemoryState;

async fn save<T: Transport>(connection: Connection<T>) {
    let mappings = MappingSet::netskope_user_authentication();
    let state = MemoryState::new();
    let _ = Application::save(&connection, "Netskope", mappings, Options::default(), &state).await;
}

fn main() {}
