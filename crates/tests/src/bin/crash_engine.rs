//! An engine that can be killed: `crash_engine FOLDER URL [before|after METHOD PATH-PART N]`.
//!
//! It tests and saves the connection unless that was done, switches provisioning on and runs the cycle that is due. With the last arguments it
//! kills itself at the N-th request of that kind: before it is sent, or after it was answered and before anything of it is remembered.
#![expect(clippy::unwrap_used, reason = "the process exists to die")]

use std::{
    path::Path,
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use scimkit::{
    client::{
        BaseUrl, PlainHttp, Transport, TransportError,
        bytes::Bytes,
        http::{Request, Response},
    },
    mapping::MappingSet,
    provisioning::{Application, Connection, DirectoryFile, Engine, MachineSecrets, Options},
    reqwest::ReqwestTransport,
    schema::SchemaSet,
    sqlite::SqliteDatabase,
    system::{SystemClock, UuidV7Ids},
};
use scimkit_tests::die;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, url, death @ ..] = arguments.as_slice() else {
        return ExitCode::from(64);
    };
    let folder = Path::new(folder);
    let state = SqliteDatabase::open(folder.join("engine.db"), Arc::new(SchemaSet::core()))
        .unwrap()
        .state("engine");
    let base = BaseUrl::parse(url, PlainHttp::OnLoopback).unwrap();
    let secret = format!("file:{}", folder.join("token").display())
        .parse()
        .unwrap();
    let transport = Dying {
        inner: ReqwestTransport::new().unwrap(),
        death: Death::read(death),
    };
    let connection = Connection::new(base, secret, transport);
    let saved = Application::load("Netskope", &state).await.ok();
    let tested = if let Some(saved) = &saved {
        connection
            .with_evidence(Some(saved.evidence()), &MachineSecrets)
            .await
            .unwrap()
    } else {
        let (mappings, ids) = (
            MappingSet::netskope_user_authentication(),
            UuidV7Ids::default(),
        );
        match connection
            .test(&MachineSecrets, &mappings, &SystemClock, &ids)
            .await
        {
            Ok(tested) => tested,
            Err(error) => return failed(&error),
        }
    };
    let application = if let Some(saved) = saved {
        saved
    } else {
        let mappings = MappingSet::netskope_user_authentication();
        Application::save(&tested, "Netskope", mappings, Options::default(), &state)
            .await
            .unwrap()
    };
    let directory = DirectoryFile::new(folder.join("directory.json"));
    let (clock, ids) = (Arc::new(SystemClock), Arc::new(UuidV7Ids::default()));
    let engine =
        Engine::new(application, directory, tested.client(), state, clock, ids).with_name("crash");
    engine.start().await.unwrap();
    match engine.cycle(&|_| {}).await {
        Ok(report) if report.failed == 0 => ExitCode::SUCCESS,
        Ok(_) => ExitCode::from(2),
        Err(error) => failed(&error),
    }
}

#[expect(
    clippy::print_stderr,
    reason = "the parent shows it when the test fails"
)]
fn failed(error: &dyn std::error::Error) -> ExitCode {
    eprintln!("{error}");
    ExitCode::FAILURE
}

#[derive(Clone)]
struct Dying {
    inner: ReqwestTransport,
    death: Arc<Death>,
}

/// At which request to die, counted down to one, and on which side of its answer.
struct Death {
    answered: bool,
    method: String,
    path_part: String,
    requests: AtomicU32,
}

impl Death {
    fn read(arguments: &[String]) -> Arc<Self> {
        let word = |index: usize| arguments.get(index).cloned().unwrap_or_default();
        Arc::new(Self {
            answered: word(0) == "after",
            method: word(1),
            path_part: word(2),
            requests: AtomicU32::new(word(3).parse().unwrap_or(0)),
        })
    }
}

impl Transport for Dying {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let death = &self.death;
        let is_meant = request.method().as_str() == death.method
            && request.uri().path().contains(&death.path_part);
        let dies = is_meant && death.requests.fetch_sub(1, Ordering::SeqCst) == 1;
        if dies && !death.answered {
            die();
        }
        let response = self.inner.send(request).await;
        if dies {
            die();
        }
        response
    }
}
