//! What every bench prints at the end: how the alternatives of a group compare in this run.

use std::path::Path;

/// Prints the mean of each alternative of a criterion group, and its ratio to the first one. Says nothing when the group did not run.
///
/// # Panics
/// When one alternative did not run and another did: a ratio needs its peer.
pub fn print_ratios(group: &str, alternatives: &[&str]) {
    let means: Vec<_> = alternatives
        .iter()
        .map(|name| (*name, mean(group, name)))
        .collect();
    if means.iter().all(|(_, mean)| mean.is_none()) {
        return;
    }
    println!("\n{group}");
    let means = means
        .into_iter()
        .map(|(name, mean)| (name, mean.unwrap_or_else(|| panic!("`{name}` did not run"))));
    let first = means.clone().next().map_or(1.0, |(_, mean)| mean);
    for (name, mean) in means {
        println!("  {name:<24} {mean:>12.1} ns  {:>6.2}x", mean / first);
    }
}

/// The mean in nanoseconds that criterion wrote down.
fn mean(group: &str, name: &str) -> Option<f64> {
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
    serde_json::from_str::<serde_json::Value>(&text).ok()?["mean"]["point_estimate"].as_f64()
}
