//! What must not compile, and what must be possible from any task.

use pollster::block_on;

use crate::bench::Bench;

#[test]
fn an_untested_connection_cannot_be_saved() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}

#[test]
fn a_cycle_can_run_on_any_thread() {
    fn on_any_thread<F: Future + Send>(future: F) -> F {
        future
    }
    let bench = Bench::new();
    let report = block_on(on_any_thread(bench.engine.cycle(&|_| {}))).unwrap();
    assert_eq!(report.users.created, 2);
    block_on(on_any_thread(bench.engine.status())).unwrap();
}
