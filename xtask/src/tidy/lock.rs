//! What may be built into the product, and where it may come from.
//!
//! One crypto provider: a second one doubles what has to be trusted and patched. `deny.toml` says the same to
//! cargo-deny, where that is installed; these rules hold without it.

use super::Finding;
use super::project::Project;

const LOCK: &str = "Cargo.lock";

/// Packages that must not be built, and why.
const BANNED: [(&str, &str); 4] = [
    ("ring", "aws-lc-rs is the one crypto provider"),
    ("openssl", "TLS is rustls"),
    ("openssl-sys", "TLS is rustls"),
    ("native-tls", "TLS is rustls"),
];

/// Packages in the build that must not be there. The lock file also lists what no feature switches on, so cargo's own
/// tree is asked.
pub(super) fn banned(project: &Project) -> Vec<Finding> {
    let found = BANNED.iter().filter(|(name, _)| project.built.contains(*name));
    found.map(|(name, why)| Finding::file(LOCK, format!("`{name}` is built in, but {why}"))).collect()
}

/// Packages that come from elsewhere than the default registry.
pub(super) fn sources(project: &Project) -> Vec<Finding> {
    let lines = project.tree.text(LOCK).unwrap_or_default().lines().enumerate();
    let sources = lines.filter_map(|(at, line)| Some((at + 1, line.strip_prefix("source = \"")?)));
    let other = sources
        .filter(|(_, source)| !source.starts_with("registry+https://github.com/rust-lang/crates.io-index"));
    other
        .map(|(at, source)| Finding::line(LOCK, at, format!("comes from {}", source.trim_end_matches('"'))))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::project::Tree;
    use super::*;

    #[test]
    fn a_banned_crate_is_found() {
        let built = ["aws-lc-rs", "ring"].map(str::to_owned).into_iter().collect();
        let found = banned(&Project { built, ..Project::default() });
        assert_eq!(
            found,
            [Finding::file(LOCK, "`ring` is built in, but aws-lc-rs is the one crypto provider")]
        );
    }

    #[test]
    fn another_source_is_found() {
        let text = "source = \"registry+https://github.com/rust-lang/crates.io-index\"\nsource = \"git+https://a/b\"\n";
        let project = Project { tree: Tree::of(&[(LOCK, text)]), ..Project::default() };
        assert_eq!(sources(&project), [Finding::line(LOCK, 2, "comes from git+https://a/b")]);
    }
}
