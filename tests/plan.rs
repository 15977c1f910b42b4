//! Tests of `onemap plan solve`, the solver of facility siting on the command line.

use std::fmt::Write as _;
use std::process::Command;

use onemap::planning::siting::control::Control;
use onemap::planning::siting::family::random_edges;
use onemap::planning::siting::graph::Graph;
use serde_json::Value;

use crate::support::server::onemap;

/// Writes a graph file with 40 vertices. Returns its path and the matrix of distances, row by row.
fn graph_file(folder: &std::path::Path) -> (String, Vec<u32>) {
    let edges = random_edges(40, 5);
    let mut text = format!("40 {} 4\n", edges.len());
    for (a, b, length) in &edges {
        writeln!(text, " {} {} {length}", a + 1, b + 1).unwrap();
    }
    let file = folder.join("graph.txt");
    std::fs::write(&file, text).unwrap();
    let graph = Graph::new(40, edges);
    let distances = graph.distances(&Control::unlimited()).unwrap();
    (file.to_str().unwrap().to_owned(), distances)
}

#[test]
fn a_graph_file_is_solved_and_the_printed_sites_have_the_printed_objective() {
    let folder = tempfile::tempdir().unwrap();
    let (file, distances) = graph_file(folder.path());
    for problem in ["p-median", "p-center"] {
        let arguments = ["plan", "solve", "--orlib", &file, "--problem", problem];
        let limited = [&arguments[..], &["--time-limit", "60", "--json"]].concat();
        let (printed, errors, worked) = onemap(&limited);
        assert!(worked, "{errors}");
        let answer: Value = serde_json::from_str(&printed).unwrap();
        assert_eq!(answer["stop_reason"], "optimal", "{printed}");
        assert_eq!(answer["gap"], 0.0);
        assert_eq!(answer["bound"].as_f64(), answer["incumbent"].as_f64());
        assert!(answer["seconds"].as_f64().unwrap() > 0.0);
        let sites: Vec<usize> = (answer["sites"].as_array().unwrap().iter())
            .map(|site| site.as_u64().unwrap() as usize - 1)
            .collect();
        assert_eq!(sites.len(), 4);
        let least = |row: &[u32]| sites.iter().map(|site| row[*site]).min().unwrap();
        let least = distances.chunks(40).map(least);
        let objective = match problem {
            "p-median" => least.sum::<u32>(),
            _ => least.max().unwrap(),
        };
        assert_eq!(answer["incumbent"], objective);
        let (text, _, _) = onemap(&arguments);
        assert!(text.contains("Stopped: proven optimal"), "{text}");
        assert!(text.contains(&format!("Incumbent: {objective}")), "{text}");
    }
}

#[test]
fn errors_name_the_file_and_the_line_in_the_language_of_the_locale() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("graph.txt");
    std::fs::write(&file, "3 2 1\n1 2 7\n2 9 7\n").unwrap();
    let file = file.to_str().unwrap();
    let arguments = ["plan", "solve", "--orlib", file, "--problem", "p-median"];
    let (printed, errors, worked) = onemap(&arguments);
    assert!(!worked && printed.is_empty());
    assert!(
        errors.contains("graph.txt:3: There is no vertex 9"),
        "{errors}"
    );
    let done = Command::new(env!("CARGO_BIN_EXE_onemap"))
        .env("LC_ALL", "zh_CN.UTF-8")
        .args(arguments)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(errors.contains("graph.txt:3: 顶点 9 不存在"), "{errors}");
    let (_, errors, _) = onemap(&[&arguments[..], &["--time-limit", "0"]].concat());
    assert!(errors.contains("greater than 0"), "{errors}");
}
