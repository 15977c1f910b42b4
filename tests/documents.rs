//! Checks that the generated files in the repository match the code.

use std::path::Path;

use crate::support::server::onemap;

#[test]
fn the_data_documentation_matches_the_schemas() {
    let (said, err, ok) = onemap(&["data-doc"]);
    assert!(ok, "{err}");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/data.md");
    let written = std::fs::read_to_string(path).unwrap();
    assert!(
        written == said,
        "docs/data.md is out of date: run `make docs`"
    );
}

#[test]
fn the_openapi_document_of_the_web_client_is_up_to_date() {
    let (said, err, ok) = onemap(&["openapi"]);
    assert!(ok, "{err}");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("web/src/core/api/openapi.json");
    let written = std::fs::read_to_string(path).unwrap();
    assert!(
        written == said,
        "the client's openapi.json is out of date: run `make docs`"
    );
}
