//! What every bench prints at the end: how the alternatives of a group compare in this run.

pub mod people;

use std::path::Path;

/// Prints the median of each alternative of a criterion group, and its ratio to the first one. Says nothing when the group did not run.
///
/// # Panics
/// When one alternative did not run and another did: a ratio needs its peer.
pub fn print_ratios(group: &str, alternatives: &[&str]) {
    // Nothing is measured then, and what lies there is of another run.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let medians: Vec<_> = alternatives
        .iter()
        .map(|name| (*name, median(group, name)))
        .collect();
    if medians.iter().all(|(_, median)| median.is_none()) {
        return;
    }
    println!("\n{group}");
    let medians = medians.into_iter().map(|(name, median)| {
        (
            name,
            median.unwrap_or_else(|| panic!("`{name}` did not run")),
        )
    });
    let first = medians.clone().next().map_or(1.0, |(_, median)| median);
    for (name, median) in medians {
        println!("  {name:<24} {median:>12.1} ns  {:>6.2}x", median / first);
    }
}

/// The median in nanoseconds that criterion wrote down.
fn median(group: &str, name: &str) -> Option<f64> {
    let target = std::env::var("CARGO_TARGET_DIR").unwrap_or_else(|_| "target/benches".into());
    let roots = [
        Path::new(&target).to_path_buf(),
        Path::new("../target/benches").to_path_buf(),
        Path::new("target").to_path_buf(),
    ];
    let file = roots.iter().map(|root| {
        root.join("criterion")
            .join(group)
            .join(name)
            .join("new/estimates.json")
    });
    let text = file
        .filter_map(|path| std::fs::read_to_string(path).ok())
        .next()?;
    serde_json::from_str::<serde_json::Value>(&text).ok()?["median"]["point_estimate"].as_f64()
}
