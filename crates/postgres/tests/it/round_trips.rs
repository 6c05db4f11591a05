//! How often a store waits for its server.

use std::sync::atomic::Ordering;

use pollster::block_on;
use scimkit_filter::{BoundFilter, Filter};
use scimkit_schema::Compat;
use scimkit_store::{Query, Store};

use crate::{
    proxy::behind_a_proxy,
    samples::{create, key, schemas, user},
    server::Server,
};

#[test]
fn a_resource_is_read_in_one_round_trip_by_id_and_by_unique_value() {
    let Some(server) = Server::own() else { return };
    let (store, wire) = behind_a_proxy(&server);
    let mira = key("User", 1);
    block_on(store.write(create(&mira, user("mira")))).unwrap();
    // What goes out together may arrive in pieces, and look like more.
    let fewest = |read: &dyn Fn()| {
        let one = |_| {
            wire.turns.store(0, Ordering::SeqCst);
            read();
            wire.turns.load(Ordering::SeqCst)
        };
        (0..30).map(one).min()
    };
    let by_id = fewest(&|| {
        block_on(store.get(&mira)).unwrap().unwrap();
    });
    assert_eq!(by_id, Some(1));
    let users = [schemas().by_name("User").unwrap().clone()];
    let filter: Filter = "userName eq \"MIRA\"".parse().unwrap();
    let filter = BoundFilter::bind(&filter, &users, Compat::strict()).unwrap();
    let query = Query::new(["User".into()]).with_filter(filter);
    let by_name = fewest(&|| {
        let page = block_on(store.query(&query)).unwrap();
        assert_eq!((page.items.len(), page.total), (1, Some(1)));
    });
    assert_eq!(by_name, Some(1));
}
