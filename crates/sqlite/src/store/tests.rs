use pollster::block_on;
use scimkit_filter::BoundFilter;
use scimkit_patch::MemberChange;
use scimkit_schema::{Compat, Complex, DateTime, Resource, SchemaSet, Value, core};
use scimkit_store::{
    Action, Direction, Document, Draft, Expect, Sort, Start, TenantId, Total, write_place,
};

use super::*;
use crate::{SqliteDatabase, ask::counted};

fn key(type_name: &str, number: u32) -> Key {
    let id = format!("018f0000-0000-7000-8000-{type_name:.1}{number:011}");
    Key::new(type_name.into(), ResourceId::new(&id).unwrap())
}

fn user(name: &str) -> Resource {
    let email = Complex::new().with("value", name).with("type", "work");
    Resource::new(core::USER)
        .with("userName", name)
        .with("externalId", name)
        .with("displayName", name)
        .with("emails", vec![Value::from(email)])
}

fn write(key: &Key, expect: Expect, document: Document) -> Write {
    let draft = Draft::new(DateTime::from_unix_micros(0), "test", Action::Patch);
    Write::new(key.clone(), expect, document, draft)
}

fn put(key: &Key, expect: Expect, document: Resource) -> Write {
    write(key, expect, Document::Put(Arc::new(document)))
}

/// Begins and ends of transactions are shared and are not counted.
#[test]
#[expect(clippy::too_many_lines, reason = "one line for each kind of request")]
fn these_send_at_most_six_statements() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tenants.db");
    let schemas = Arc::new(SchemaSet::core());
    let database = SqliteDatabase::open(&path, schemas.clone()).unwrap();
    let store = block_on(database.create_tenant(&TenantId::new("harborline").unwrap())).unwrap();
    let users = [schemas.by_name("User").unwrap().clone()];
    let (mira, crew) = (key("User", 900), key("Group", 1));
    let many: Vec<_> = (0..200).map(|number| key("User", number)).collect();
    for key in &many {
        let document = user(&format!("{}@harborline.example", key.id));
        block_on(store.write(put(key, Expect::Absent, document))).unwrap();
    }
    let ids = |keys: &[Key]| -> Vec<_> { keys.iter().map(|key| key.id.clone()).collect() };
    let delta = |add: &[Key], remove: &[Key]| {
        let (add, remove) = (ids(add), ids(remove));
        write(&crew, Expect::Exists, Document::Keep)
            .with_members(MemberChange::Delta { add, remove })
    };
    let all = Query::new(["User".into()]);
    let filtered = |filter: &str| {
        let filter = BoundFilter::bind(&filter.parse().unwrap(), &users, Compat::strict());
        all.clone().with_filter(filter.unwrap())
    };
    let by_name = Sort::bind(&"userName".parse().unwrap(), Direction::Descending, &users).unwrap();
    let cursor = Start::After(write_place(many.first().unwrap()));
    let file = path.to_str().unwrap();
    let count = |what: &str, expected: usize, work: &dyn Fn()| {
        counted::take(file);
        work();
        let sent = counted::take(file);
        assert_eq!(sent, expected, "{what}");
        assert!(sent <= 6, "{what} sends {sent}");
    };
    let does = |write: Write| {
        let store = store.clone();
        move || assert!(block_on(store.write(write.clone())).unwrap().changed)
    };
    let finds = |query: Query, least: usize| {
        let store = store.clone();
        move || assert!(block_on(store.query(&query)).unwrap().items.len() >= least)
    };
    let group = Resource::new(core::GROUP).with("displayName", "Crew");
    let renamed = user("mira@contoso.example");
    let retitled = renamed.clone().with("title", "Captain");
    count(
        "create a user",
        5,
        &does(put(&mira, Expect::Absent, user("mira@harborline.example"))),
    );
    count(
        "create a group",
        4,
        &does(put(&crew, Expect::Absent, group)),
    );
    count("get", 1, &|| {
        assert!(block_on(store.get(&mira)).unwrap().is_some());
    });
    count("patch names", 6, &does(put(&mira, Expect::Exists, renamed)));
    count(
        "patch a title",
        3,
        &does(put(&mira, Expect::Exists, retitled)),
    );
    count(
        "add a member",
        5,
        &does(delta(std::slice::from_ref(&mira), &[])),
    );
    count("add 200 members", 5, &does(delta(&many, &[])));
    count("remove 200 members", 5, &does(delta(&[], &many)));
    count("page", 2, &finds(all.clone(), 100));
    count(
        "page by cursor",
        1,
        &finds(
            all.clone().with_total(Total::Skip).with_page(cursor, 100),
            100,
        ),
    );
    count(
        "page by index",
        3,
        &finds(all.clone().with_page(Start::Index(100), 50), 50),
    );
    count(
        "sorted page",
        3,
        &finds(all.clone().with_sort(by_name), 100),
    );
    count(
        "userName eq",
        2,
        &finds(filtered("userName eq \"mira@contoso.example\""), 1),
    );
    count(
        "emails eq",
        2,
        &finds(filtered("emails.value eq \"mira@contoso.example\""), 1),
    );
    count(
        "userName sw",
        3,
        &finds(filtered("userName sw \"018f\""), 100),
    );
    count(
        "userName co",
        3,
        &finds(filtered("userName co \"harborline\""), 100),
    );
    count("members", 1, &|| {
        let of = Relation::MembersOf(crew.id.clone());
        assert_eq!(block_on(store.members(&of, None, 10)).unwrap().len(), 1);
    });
    count(
        "delete",
        5,
        &does(write(&mira, Expect::Exists, Document::Delete)),
    );
}
