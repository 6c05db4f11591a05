use std::time::Duration;

use scimkit::{
    provisioning::{IssueKind, LogQuery, OpenIssue, Progress},
    schema::Clock,
    system::SystemClock,
};

use crate::{
    arguments::{Arguments, Command, LogArguments},
    exit::{Exit, Failure},
    output::Output,
    setup::{ProvisionEngine, Setup},
};

pub(crate) async fn carry_out(arguments: Arguments, output: &Output) -> Result<Exit, Failure> {
    let setup = Setup::new(&arguments.config)?;
    match arguments.command {
        Command::Test => {
            output.tested(&setup.test().await?);
            Ok(Exit::Done)
        }
        Command::Plan => plan(&setup.engine().await?, output).await,
        Command::Run { allow_deletions } => {
            let engine = setup.engine().await?;
            if allow_deletions {
                engine.allow_deletions().await?;
            }
            engine.start().await?;
            run(&engine, output).await
        }
        Command::Watch { cycles } => watch(&setup.engine().await?, cycles, output).await,
        Command::OnDemand { kind, which } => {
            let engine = setup.engine().await?;
            let done = engine.provision_on_demand(kind.into(), &which).await?;
            output.on_demand(&done);
            let failed = done.issues.iter().any(is_failure);
            Ok(if failed { Exit::Failures } else { Exit::Done })
        }
        Command::Status => {
            let engine = setup.reader().await?;
            output.status(&engine.status().await?, &engine.open_issues().await?);
            Ok(Exit::Done)
        }
        Command::Log(arguments) => log(&setup.reader().await?, arguments, output).await,
    }
}

async fn plan(engine: &ProvisionEngine, output: &Output) -> Result<Exit, Failure> {
    let bar = output.bar();
    let planned = engine.dry_run(&|progress| bar.follow(progress)).await?;
    bar.clear();
    let exit = Exit::of(&planned.outcome, &planned.issues);
    output.plan(&planned);
    Ok(exit)
}

/// One cycle, with what its log says.
async fn run(engine: &ProvisionEngine, output: &Output) -> Result<Exit, Failure> {
    let before = engine.log_end().await?;
    let bar = output.bar();
    let outcome = engine
        .cycle(&|progress: Progress| bar.follow(progress))
        .await;
    bar.clear();
    let issues = engine.open_issues().await?;
    let entries = engine.log(before, usize::MAX).await?;
    let exit = Exit::of(&outcome, &issues);
    output.cycle(&outcome, &entries, &issues);
    Ok(exit)
}

async fn watch(
    engine: &ProvisionEngine,
    cycles: Option<usize>,
    output: &Output,
) -> Result<Exit, Failure> {
    engine.start().await?;
    let mut done = 0;
    let mut last = Exit::Done;
    while cycles.is_none_or(|cycles| done < cycles) {
        let wait = if done == 0 {
            Duration::ZERO
        } else {
            wait(engine).await?
        };
        tokio::select! {
            // what was begun goes on in the next cycle
            _ = tokio::signal::ctrl_c() => return Ok(last),
            () = tokio::time::sleep(wait) => {}
        }
        tokio::select! {
            _ = tokio::signal::ctrl_c() => return Ok(last),
            exit = run(engine, output) => last = exit?,
        }
        done += 1;
    }
    Ok(last)
}

/// How long until a cycle is due.
async fn wait(engine: &ProvisionEngine) -> Result<Duration, Failure> {
    let due = engine.status().await?.next_cycle_at;
    let micros = due.map_or(0, |due| due.unix_micros() - SystemClock.now().unix_micros());
    Ok(Duration::from_micros(u64::try_from(micros).unwrap_or(0)))
}

async fn log(
    engine: &ProvisionEngine,
    arguments: LogArguments,
    output: &Output,
) -> Result<Exit, Failure> {
    let mut query = LogQuery::default();
    if let Some(about) = &arguments.about {
        query = query.about(about);
    }
    if let Some(status) = arguments.status {
        query = query.with_status(status.into());
    }
    if let Some(action) = arguments.action {
        query = query.with_action(action.into());
    }
    if let Some(code) = arguments.code {
        query = query.with_code(code);
    }
    if let Some(since) = arguments.since {
        query = query.since(since);
    }
    if let Some(until) = arguments.until {
        query = query.until(until);
    }
    let limit = arguments.limit.unwrap_or(usize::MAX);
    output.log(&engine.find_log(&query, arguments.after, limit).await?);
    Ok(Exit::Done)
}

fn is_failure(issue: &OpenIssue) -> bool {
    issue.kind == IssueKind::Failed
}
