//! An initial cycle into our own server, over loopback, with SQLite at both ends, on the machine's cores together: how many objects a second
//! it brings over, and how much memory both ends take. Then a cycle with 100 changes, and how many requests it sends.
//!
//! `SCIMKIT_USERS` says how many users there are, 100,000 by default; there is a group for each hundred. They are created in bulk, unless
//! `SCIMKIT_NEW_OBJECTS` is `one-by-one`.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

use scimkit::{
    client::{
        BaseUrl, PlainHttp, Transport, TransportError,
        bytes::Bytes,
        http::{Request, Response},
    },
    mapping::{MappingSet, SourceObject},
    provisioning::{
        Application, Assignment, Connection, Directory, DirectoryError, Engine, MachineSecrets,
        MemberKind, NewObjects, Options, Progress, Snapshot, SourceGroup, SourceMember, SourceUser,
        Stage,
    },
    reqwest::ReqwestTransport,
    schema::SchemaSet,
    server::{BearerTokens, Profile, Service},
    sqlite::SqliteDatabase,
    store::{Scope, TenantId},
    system::{SystemClock, SystemRandom, UuidV7Ids},
    tower::ScimService,
};

/// A directory that can be changed between cycles.
#[derive(Clone)]
struct Company(Arc<Mutex<Snapshot>>);

impl Directory for Company {
    async fn snapshot(&self) -> Result<Snapshot, DirectoryError> {
        Ok(self.0.lock().unwrap().clone())
    }
}

/// Counts requests.
#[derive(Clone)]
struct Counting {
    inner: ReqwestTransport,
    sent: Arc<AtomicUsize>,
}

impl Transport for Counting {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        self.sent.fetch_add(1, Ordering::Relaxed);
        self.inner.send(request).await
    }
}

fn main() {
    let is_trial = std::env::args().any(|argument| argument == "--test");
    let asked = std::env::var("SCIMKIT_USERS").map_or(100_000, |text| text.parse().unwrap());
    let users = if is_trial { 200 } else { asked };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(run(users));
}

async fn run(users: usize) {
    let folder = tempfile::tempdir().unwrap();
    let schemas = Arc::new(SchemaSet::core_with_unique_group_names());
    let clock = Arc::new(SystemClock);

    let database = SqliteDatabase::open(folder.path().join("tenant.db"), schemas.clone()).unwrap();
    let tenant = TenantId::new("harborline").unwrap();
    database.create_tenant(&tenant).await.unwrap();
    let tokens = BearerTokens::new(tenant, database.clone(), database, clock.clone());
    let issued = tokens
        .issue("bench", Scope::ReadWrite, None, &SystemRandom)
        .await
        .unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/scim/v2", listener.local_addr().unwrap());
    let service = Service::new(
        tokens,
        schemas.clone(),
        clock.clone(),
        Arc::new(UuidV7Ids::default()),
    )
    .with_profile(Profile::lenient())
    .with_base_path("/scim/v2");
    let app = axum::Router::new().fallback_service(ScimService::new(service));
    tokio::spawn(async move { axum::serve(listener, app).await });

    let secret = folder.path().join("token");
    std::fs::write(&secret, issued.secret.expose()).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    let sent = Arc::new(AtomicUsize::new(0));
    let wire = Counting {
        inner: ReqwestTransport::new().unwrap(),
        sent: sent.clone(),
    };
    let base = BaseUrl::parse(&url, PlainHttp::OnLoopback).unwrap();
    let connection = Connection::new(
        base,
        format!("file:{}", secret.display()).parse().unwrap(),
        wire,
    );
    let (mappings, ids) = (MappingSet::generic_scim(), Arc::new(UuidV7Ids::default()));
    let tested = connection
        .test(&MachineSecrets, &mappings, &*clock, &*ids)
        .await
        .unwrap();
    let state = SqliteDatabase::open(folder.path().join("engine.db"), schemas)
        .unwrap()
        .state("engine");
    let new_objects = match std::env::var("SCIMKIT_NEW_OBJECTS").as_deref() {
        Ok("one-by-one") => NewObjects::OneByOne,
        _ => NewObjects::InBulk,
    };
    let options = Options::default().with_new_objects(new_objects);
    let application = Application::save(&tested, "Harborline", mappings, options, &state)
        .await
        .unwrap();

    let before = resident_mib("VmRSS:");
    let company = Company(Arc::new(Mutex::new(directory(users))));
    let engine = Engine::new(
        application,
        company.clone(),
        tested.client(),
        state,
        clock,
        ids,
    );
    engine.start().await.unwrap();
    sent.store(0, Ordering::Relaxed);
    let begun = Instant::now();
    let stages = Mutex::new(Vec::<(Stage, Instant)>::new());
    let observer = |progress: Progress| {
        let mut stages = stages.lock().unwrap();
        if stages
            .last()
            .is_none_or(|(last, _)| *last != progress.stage)
        {
            stages.push((progress.stage, Instant::now()));
        }
    };
    let report = engine.cycle(&observer).await.unwrap();
    let took = begun.elapsed().as_secs_f64();
    let stages = stages.into_inner().unwrap();
    let ends = stages
        .iter()
        .skip(1)
        .map(|(_, at)| *at)
        .chain([Instant::now()]);
    for ((stage, at), end) in stages.iter().zip(ends) {
        println!("  {stage:<12} {:7.2} s", (end - *at).as_secs_f64());
    }
    let created = report.users.created + report.groups.created;
    assert_eq!((created, report.failed), (users + users.div_ceil(100), 0));
    println!(
        "initial cycle: {created} objects and {} memberships in {took:.1} s: {:.0} objects/s, {} requests, {} MiB at the peak ({before} before)",
        report.members_added,
        created as f64 / took,
        sent.swap(0, Ordering::Relaxed),
        resident_mib("VmHWM:"),
    );

    for user in company
        .0
        .lock()
        .unwrap()
        .users
        .iter_mut()
        .step_by(users.div_ceil(100))
    {
        user.object = user.object.clone().with("surname", "Okafor-Lindqvist");
    }
    let begun = Instant::now();
    let report = engine.cycle(&|_| {}).await.unwrap();
    println!(
        "incremental cycle: {} updated in {:.1} s with {} requests",
        report.users.updated,
        begun.elapsed().as_secs_f64(),
        sent.load(Ordering::Relaxed),
    );
}

/// People, and a group for each hundred of them; everybody is assigned.
fn directory(users: usize) -> Snapshot {
    let role = "18d1c0de-0000-4000-8000-000000000001";
    let mut snapshot = Snapshot::default();
    let mut assignments = Vec::new();
    for number in 0..users {
        let id = format!("user-{number:07}");
        let upn = format!("{id}@harborline.example");
        let object = SourceObject::new("User")
            .with("objectId", id.as_str())
            .with("userPrincipalName", upn.as_str())
            .with("mail", upn.as_str())
            .with("mailNickname", id.as_str())
            .with("displayName", format!("User Number {number}").as_str())
            .with("givenName", "User")
            .with("surname", format!("Number {number}").as_str())
            .with("accountEnabled", true);
        snapshot.users.push(SourceUser::new(&id, object));
        assignments.push(Assignment {
            principal: id.as_str().into(),
            role: role.into(),
        });
    }
    for first in (0..users).step_by(100) {
        let id = format!("group-{first:07}");
        let object = SourceObject::new("Group")
            .with("objectId", id.as_str())
            .with("displayName", id.as_str())
            .with("mailNickname", id.as_str());
        let mut group = SourceGroup::new(&id, object);
        group.members = (first..users.min(first + 100))
            .map(|number| SourceMember {
                id: format!("user-{number:07}").into(),
                kind: MemberKind::User,
            })
            .collect();
        snapshot.groups.push(group);
        assignments.push(Assignment {
            principal: id.as_str().into(),
            role: role.into(),
        });
    }
    snapshot.assignments = Some(assignments);
    snapshot
}

/// A figure of the process, from what the system says of it.
fn resident_mib(name: &str) -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<usize>().ok())
        .unwrap_or(0)
        >> 10
}
