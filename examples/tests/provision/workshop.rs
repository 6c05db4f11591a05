//! A tenant and the files that the program works with.

use std::{
    env,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use serde_json::{Value, json};
use tempfile::TempDir;

/// The program `tenant` on a port of its own.
pub(crate) struct Tenant {
    child: Child,
    pub(crate) url: String,
    pub(crate) token: String,
    /// The id of the OAuth client and its secret.
    pub(crate) client: (String, String),
}

impl Tenant {
    pub(crate) fn start() -> Self {
        let mut child = example("tenant")
            .args([
                "--listen",
                "127.0.0.1:0",
                "--profile",
                "entra",
                "--oauth-client",
                "provision",
            ])
            .stdout(Stdio::piped())
            .spawn()
            .expect("`cargo build --examples` first");
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut value = |name: &str| {
            let line = lines.find(|line| line.as_ref().unwrap().starts_with(name));
            let line = line.unwrap().unwrap();
            let rest = line.strip_prefix(name).unwrap().trim_start();
            rest.split_whitespace().next().unwrap().to_owned()
        };
        Self {
            url: value("SCIM base URL"),
            token: value("token "),
            client: (value("client id"), value("client secret")),
            child,
        }
    }

    /// How many users there are.
    pub(crate) fn users(&self) -> u64 {
        let address = self.url.strip_prefix("http://").unwrap();
        let (host, path) = address.split_once('/').unwrap();
        let mut stream = TcpStream::connect(host).unwrap();
        let request = format!(
            "GET /{path}/Users?count=0 HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {}\r\nconnection: close\r\n\r\n",
            self.token
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        let body: Value = serde_json::from_str(body).unwrap();
        body["totalResults"].as_u64().unwrap()
    }

    /// A text with the ids of the tenant, which are always new, left out.
    #[expect(clippy::unused_self, reason = "the ids are those of the tenant")]
    pub(crate) fn hide_ids(&self, text: &str) -> String {
        let words = text.split('`').enumerate();
        let shown = words.map(|(index, word)| {
            if index % 2 == 1 && word.len() == 36 {
                "ID"
            } else {
                word
            }
        });
        shown.collect::<Vec<_>>().join("`")
    }

    pub(crate) fn stop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Tenant {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A folder with a configuration.
pub(crate) struct Workshop {
    folder: TempDir,
    config: String,
}

/// How the program ended, and what it said.
pub(crate) struct Outcome {
    pub(crate) code: i32,
    pub(crate) text: String,
    pub(crate) errors: String,
}

impl Workshop {
    pub(crate) fn new(tenant: &Tenant) -> Self {
        let work = Self::with(&format!(
            r#"name = "Quayside"
state = "provision.db"

[source]
file = "export.json"

[target]
url = "{}"
token = "file:token"

[mapping]
template = "generic"

[provisioning]
scope = "assigned"
interval = "40m"
"#,
            tenant.url
        ));
        work.write_secret("token", &tenant.token);
        work.write_secret("client-secret", &tenant.client.1);
        work
    }

    pub(crate) fn with(config: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("provision.toml"), config).unwrap();
        let config = config.to_owned();
        Self { folder, config }
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Changes the configuration.
    pub(crate) fn replace(&mut self, from: &str, to: &str) {
        assert!(self.config.contains(from), "{}", self.config);
        self.config = self.config.replace(from, to);
        std::fs::write(self.file("provision.toml"), &self.config).unwrap();
    }

    pub(crate) fn write_directory(&self, directory: &Value) {
        std::fs::write(self.file("export.json"), directory.to_string()).unwrap();
    }

    pub(crate) fn write_secret(&self, name: &str, secret: &str) {
        let file = self.file(name);
        std::fs::write(&file, secret).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).unwrap();
        }
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Outcome {
        let output = example("provision")
            .args(arguments)
            .current_dir(self.folder.path())
            .output()
            .expect("`cargo build --examples` first");
        Outcome {
            code: output.status.code().unwrap(),
            text: String::from_utf8(output.stdout).unwrap(),
            errors: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// What the program tells other programs.
    pub(crate) fn lines(&self, arguments: &[&str]) -> Vec<Value> {
        let done = self.run(&[&["--json"], arguments].concat());
        assert!(done.errors.is_empty(), "{}", done.errors);
        let lines = done.text.lines().map(serde_json::from_str);
        lines.collect::<Result<_, _>>().unwrap()
    }
}

pub(crate) fn person(id: &str) -> Value {
    let upn = format!("{id}@harborline.example");
    json!({
        "id": id, "userPrincipalName": upn, "mail": upn, "mailNickname": id, "displayName": id, "givenName": id, "surname": "Test",
        "accountEnabled": true
    })
}

fn example(name: &str) -> Command {
    // Beside the folder of this test; `cargo test` builds the examples first.
    let here = env::current_exe().unwrap();
    let folder = here.parent().unwrap().parent().unwrap().join("examples");
    Command::new(folder.join(name).with_extension(env::consts::EXE_EXTENSION))
}
