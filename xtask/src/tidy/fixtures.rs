//! Fixtures are what the vendors' documents show. They are never edited to please code, so at least they must be whole.

use serde_json::Value;

use super::Finding;
use super::project::Project;

/// JSON that does not parse, anywhere in the project.
pub(super) fn parse(project: &Project) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in project.tree.ending(&[".json"]) {
        if let Err(error) = serde_json::from_str::<Value>(text) {
            findings.push(Finding::line(path, error.line(), format!("is not JSON: {error}")));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::project::Tree;
    use super::*;

    #[test]
    fn broken_json_is_found() {
        let files = [("fixtures/a/good.json", "{\"a\": [1]}"), ("fixtures/a/bad.json", "{\n\"a\": [1}")];
        let project = Project { tree: Tree::of(&files), ..Project::default() };
        let found = parse(&project);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].path.as_str(), found[0].line), ("fixtures/a/bad.json", 2));
    }
}
