//! Checks the source against the rules of `docs/architecture.md`: floors only use lower floors, files do not
//! import each other in circles, and only the store knows which kind of store it is.
//!
//! The source is read as text, without test modules and string literals.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path as FilePath;

/// The folders of `src/` from the lowest floor to the highest. Folders on the same floor do not use each other.
const FLOORS: &[&[&str]] = &[
    &["model"],
    &["spatial"],
    &["codec"],
    &["store", "index"],
    &["ingest", "export", "network", "demo"],
    &["warnings", "access", "planning", "grids", "themes"],
    &["live"],
    &["service"],
    &["http"],
    &["cli"],
];

/// The names of a path: of a module (`store::postgis`) or of an item in one.
type Path = Vec<String>;

/// The modules of the crate with their text, without tests, comments and string literals.
struct Source {
    modules: BTreeMap<Path, String>,
    /// What each module re-exports: the name, and the path that it comes from.
    exports: BTreeMap<Path, BTreeMap<String, Path>>,
}

impl Source {
    fn read() -> Self {
        let mut modules = BTreeMap::new();
        let root = FilePath::new(env!("CARGO_MANIFEST_DIR")).join("src");
        collect(&root, &mut Vec::new(), &mut modules);
        let mut source = Self {
            modules,
            exports: BTreeMap::new(),
        };
        for (module, text) in &source.modules {
            let mut names = BTreeMap::new();
            for (is_public, tree) in uses(text) {
                for (path, name) in unfold(&tree, &[]).into_iter().filter(|_| is_public) {
                    if let Some(path) = source.absolute(module, &path) {
                        names.insert(name, path);
                    }
                }
            }
            source.exports.insert(module.clone(), names);
        }
        source
    }

    /// Resolves a path in a module to a path from the crate root. `None` for a path into another crate.
    fn absolute(&self, module: &[String], path: &[String]) -> Option<Path> {
        let mut home = module.to_vec();
        let mut rest = path;
        match path.first()?.as_str() {
            "crate" => return Some(path[1..].to_vec()),
            "self" => rest = &path[1..],
            "super" => {
                while rest.first().is_some_and(|name| name == "super") {
                    home.pop();
                    rest = &rest[1..];
                }
            }
            name => {
                home.push(name.to_owned());
                let is_child = self.modules.contains_key(&home);
                home.pop();
                if !is_child {
                    return None;
                }
            }
        }
        home.extend_from_slice(rest);
        Some(home)
    }

    /// The module in which an item is defined, following re-exports.
    fn home_of(&self, path: &[String]) -> Option<Path> {
        let mut path = path.to_vec();
        // Re-exports of re-exports are followed, up to a limit.
        for _ in 0..8 {
            let known = (1..=path.len())
                .take_while(|n| self.modules.contains_key(&path[..*n]))
                .last()?;
            let (module, rest) = path.split_at(known);
            let exported = rest
                .first()
                .and_then(|name| self.exports.get(module)?.get(name));
            match exported {
                Some(from) if from != &path => path = [from.as_slice(), &rest[1..]].concat(),
                _ => return Some(module.to_vec()),
            }
        }
        None
    }

    /// The paths within the crate that a module uses.
    fn paths(&self, module: &[String]) -> BTreeSet<Path> {
        let text = &self.modules[module];
        let trees = uses(text).into_iter().map(|(_, tree)| tree);
        let mut found: Vec<Path> = trees
            .flat_map(|tree| unfold(&tree, &[]))
            .map(|(path, _)| path)
            .collect();
        for start in ["crate::", "super::", "self::"] {
            for (at, _) in text.match_indices(start) {
                let is_inside = text[..at].ends_with(|c: char| c == ':' || is_word(c));
                if !is_inside {
                    let path: String = text[at..]
                        .chars()
                        .take_while(|c| *c == ':' || is_word(*c))
                        .collect();
                    found.push(split(&path));
                }
            }
        }
        let absolute = found.iter().filter_map(|path| self.absolute(module, path));
        absolute.collect()
    }

    /// For each module, the other modules that it uses. Edges between a module and its own submodules do not
    /// count.
    fn graph(&self) -> BTreeMap<&Path, BTreeSet<Path>> {
        let edges = |module: &Path| {
            let homes = self
                .paths(module)
                .into_iter()
                .filter_map(|p| self.home_of(&p));
            homes
                .filter(|other| !other.starts_with(module) && !module.starts_with(other))
                .collect()
        };
        self.modules.keys().map(|m| (m, edges(m))).collect()
    }
}

fn collect(folder: &FilePath, module: &mut Path, found: &mut BTreeMap<Path, String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            module.push(name);
            collect(&path, module, found);
            module.pop();
        } else if path.extension().is_some_and(|e| e == "rs") {
            let is_test = name.ends_with("tests") || name == "testkit" || name == "checks";
            if is_test || name == "main" {
                continue;
            }
            let text = bare(&fs::read_to_string(&path).unwrap());
            let mut own = module.clone();
            if name != "mod" && name != "lib" {
                own.push(name);
            }
            found.insert(own, text);
        }
    }
}

/// The text without its test module, comments and string literals.
fn bare(text: &str) -> String {
    let end = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
    let mut bare = String::new();
    for line in text[..end].lines() {
        let code = line.split("//").next().unwrap_or_default();
        let mut pieces = code.split('"');
        bare.push_str(pieces.next().unwrap_or_default());
        // Every second piece is inside quotation marks.
        for piece in pieces.skip(1).step_by(2) {
            bare.push_str(piece);
        }
        bare.push('\n');
    }
    bare
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn split(path: &str) -> Path {
    let names = path.split("::").map(str::trim);
    names.filter(|n| !n.is_empty()).map(str::to_owned).collect()
}

/// The `use` declarations of a text, each with whether it is public.
fn uses(text: &str) -> Vec<(bool, String)> {
    let declarations = text.split(';').filter_map(|piece| {
        let (before, tree) = piece.rsplit_once("use ")?;
        let before = before.lines().next_back().unwrap_or_default().trim();
        let is_public = before.starts_with("pub");
        (before.is_empty() || is_public).then(|| (is_public, tree.trim().to_owned()))
    });
    declarations.collect()
}

/// The paths of a `use` tree, each with its local name.
fn unfold(tree: &str, before: &[String]) -> Vec<(Path, String)> {
    let Some((front, group)) = tree.split_once('{') else {
        let (path, name) = match tree.split_once(" as ") {
            Some((path, name)) => (path, Some(name.trim().to_owned())),
            None => (tree, None),
        };
        let mut path = [before, &split(path)].concat();
        if path.len() > 1 && path.last().is_some_and(|name| name == "self") {
            path.pop();
        }
        let name = name.or_else(|| path.last().cloned()).unwrap_or_default();
        return vec![(path, name)];
    };
    let before = [before, &split(front)].concat();
    let (mut depth, mut from, mut found) = (0, 0, Vec::new());
    let group = group.trim_end().strip_suffix('}').unwrap_or(group);
    for (at, c) in group.char_indices().chain([(group.len(), ',')]) {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                let part = group[from..at].trim();
                if !part.is_empty() {
                    found.extend(unfold(part, &before));
                }
                from = at + 1;
            }
            _ => {}
        }
    }
    found
}

/// The groups of modules that use each other, each sorted by name.
fn circles(graph: &BTreeMap<&Path, BTreeSet<Path>>) -> BTreeSet<Vec<Path>> {
    let reached = |from: &Path| {
        let (mut seen, mut next) = (BTreeSet::new(), vec![from.clone()]);
        while let Some(module) = next.pop() {
            for other in graph.get(&module).into_iter().flatten() {
                if seen.insert(other.clone()) {
                    next.push(other.clone());
                }
            }
        }
        seen
    };
    let reach: BTreeMap<&Path, BTreeSet<Path>> = graph.keys().map(|m| (*m, reached(m))).collect();
    let mut found = BTreeSet::new();
    for (module, others) in &reach {
        let back = others
            .iter()
            .filter(|other| reach.get(other).is_some_and(|r| r.contains(*module)));
        let group: Vec<Path> = back.cloned().collect();
        if group.len() > 1 {
            found.insert(group);
        }
    }
    found
}

fn floor_of(folder: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&folder))
}

#[test]
fn every_folder_belongs_to_a_floor() {
    let source = Source::read();
    assert!(source.modules.len() > 200, "the source was not found");
    for folder in source.modules.keys().filter_map(|m| m.first()) {
        assert!(
            floor_of(folder).is_some(),
            "src/{folder} is not in the list of floors"
        );
    }
}

#[test]
fn a_floor_uses_only_lower_floors() {
    let source = Source::read();
    let mut wrong = Vec::new();
    for (module, others) in source.graph() {
        let Some(folder) = module.first() else {
            continue;
        };
        for other in others {
            let Some(used) = other.first().filter(|used| *used != folder) else {
                continue;
            };
            if floor_of(used) >= floor_of(folder) {
                wrong.push(format!("{} uses {}", module.join("::"), other.join("::")));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "Modules that use a module of the same or a higher floor:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn files_do_not_use_each_other_in_circles() {
    let source = Source::read();
    let found: BTreeSet<Vec<String>> = circles(&source.graph())
        .into_iter()
        .map(|circle| circle.iter().map(|m| m.join("/")).collect())
        .collect();
    assert!(found.is_empty(), "Circles: {found:#?}");
}

#[test]
fn only_the_store_module_depends_on_the_kind_of_store() {
    let source = Source::read();
    let knows = |text: &str| text.contains("Store::Sqlite") || text.contains("Store::Postgis");
    let outside: Vec<String> = source
        .modules
        .iter()
        .filter(|(module, text)| module.first().is_some_and(|f| f != "store") && knows(text))
        .map(|(module, _)| module.join("::"))
        .collect();
    assert!(
        outside.is_empty(),
        "modules outside of the store that name a kind of store: {outside:?}"
    );
}

#[test]
fn use_declarations_are_parsed_as_the_compiler_does() {
    let path = |text: &str| split(text);
    let tree = "crate::a::{self, b::{C, d as E}, f}";
    let found = unfold(tree, &[]);
    let expected = [
        (path("crate::a"), "a"),
        (path("crate::a::b::C"), "C"),
        (path("crate::a::b::d"), "E"),
        (path("crate::a::f"), "f"),
    ];
    let expected: Vec<(Path, String)> = expected.map(|(p, n)| (p, n.to_owned())).into();
    assert_eq!(found, expected);
    let modules = ["a", "a::b", "a::c", "d"].map(|m| (path(m), String::new()));
    let source = Source {
        modules: modules.into(),
        exports: [(path("a"), [("C".to_owned(), path("a::c::C"))].into())].into(),
    };
    let inside = |module: &str, used: &str| {
        let absolute = source.absolute(&path(module), &path(used))?;
        source.home_of(&absolute)
    };
    assert_eq!(inside("a::b", "super::C"), Some(path("a::c")));
    assert_eq!(inside("a::b", "super::c::C"), Some(path("a::c")));
    assert_eq!(inside("d", "crate::a::C"), Some(path("a::c")));
    assert_eq!(inside("a", "b::X"), Some(path("a::b")));
    assert_eq!(inside("d", "serde::Serialize"), None);
    let edge = |from: &str, to: &str| (path(from), path(to));
    let edges = [
        edge("a", "b"),
        edge("b", "c"),
        edge("c", "a"),
        edge("d", "a"),
    ];
    let graph = edges
        .iter()
        .map(|(from, to)| (from, [to.clone()].into()))
        .collect();
    let circle = [path("a"), path("b"), path("c")].to_vec();
    assert_eq!(circles(&graph), [circle].into());
}
