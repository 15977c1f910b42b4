//! `onemap plates`: writes files for printing: for each compound a board (the map at its gates), and plates with QR
//! codes for its doors.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use serde_json::json;

use super::{PARTLY, print, say, web_address, with_store};
use crate::access::board::{self, Content, Options, Plate, rider_url};
use crate::index::Free;
use crate::live::Snapshot;
use crate::model::Language;
use crate::model::names::collection::COMPOUNDS;
use crate::service::access::{Board, Cut};
use crate::store::{Opening, Store};

/// The most compounds that an error text lists.
const LISTED: usize = 20;

/// Write the boards of compounds (A3) and the plates of their doors (A6, four on a page of A4) as SVG.
///
/// DIR/COMPOUND/board.svg is the board, DIR/COMPOUND/plates-001.svg the first page of plates. They show public data
/// only. Exit status: 0 if everything was written, 1 if nothing was written, 2 if some compounds could not be drawn;
/// these are listed.
#[derive(Debug, Args)]
pub struct PlatesArgs {
    /// The folder to write into. It is created; files of an earlier run are replaced.
    #[arg(long, value_name = "DIR", env = "ONEMAP_OUT")]
    out: PathBuf,
    /// The address of the service, which the QR codes open.
    #[arg(long, value_name = "URL", env = "ONEMAP_PUBLIC_URL", value_parser = web_address)]
    public_url: String,
    /// The id of a compound; may be repeated. Without it all compounds are drawn.
    #[arg(
        long = "compound",
        value_name = "ID",
        env = "ONEMAP_COMPOUND",
        value_delimiter = ','
    )]
    compounds: Vec<String>,
    /// Write a board for each gate too, marked 您在此处 (board-GATE.svg).
    #[arg(long, env = "ONEMAP_EACH_GATE")]
    each_gate: bool,
    /// The language on boards and plates.
    #[arg(
        long,
        value_enum,
        value_name = "LANG",
        env = "ONEMAP_LANG",
        default_value = "zh"
    )]
    lang: Lang,
    /// Print as JSON what was written.
    #[arg(long, env = "ONEMAP_JSON")]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Lang {
    /// Chinese.
    Zh,
    /// English.
    En,
}

/// What was written.
#[derive(Debug, Default)]
struct Done {
    compounds: usize,
    boards: usize,
    plates: usize,
    pages: usize,
    /// The compounds that could not be drawn, each with the reason.
    problems: Vec<(String, String)>,
}

pub(super) async fn run(database: &str, args: PlatesArgs) -> anyhow::Result<ExitCode> {
    let store = Store::open_as(database, Opening::Existing).await?;
    let snapshot = with_store(store, async |store| Ok(Snapshot::load(store).await?)).await?;
    let chosen = chosen(&snapshot, &args.compounds)?;
    std::fs::create_dir_all(&args.out).with_context(|| args.out.display().to_string())?;
    let mut done = Done::default();
    for (i, id) in chosen.iter().enumerate() {
        let board = match Board::of(&snapshot, id, &Free) {
            Ok(board) => board,
            Err(Cut::None(none)) => {
                say(&format!(
                    "[{}/{}] {id}: not drawn: {none}",
                    i + 1,
                    chosen.len()
                ));
                done.problems.push((id.clone(), none.to_string()));
                continue;
            }
            Err(Cut::Stopped(never)) => match never {},
        };
        let (boards, plates, pages) = write(&args, id, &board)?;
        let name = &board.content.name;
        say(&format!(
            "[{}/{}] {name}: {boards} boards, {plates} plates on {pages} pages",
            i + 1,
            chosen.len()
        ));
        done.compounds += 1;
        done.boards += boards;
        done.plates += plates;
        done.pages += pages;
    }
    answer(&done, &args)
}

/// The ids of the compounds to draw.
fn chosen(snapshot: &Snapshot, asked: &[String]) -> anyhow::Result<Vec<String>> {
    let all: BTreeSet<String> = snapshot
        .collections()
        .get(COMPOUNDS)
        .into_iter()
        .flat_map(|c| c.iter().map(|e| e.id().to_string()).collect::<Vec<_>>())
        .collect();
    if all.is_empty() {
        anyhow::bail!("The map has no compounds. Import them into the collection compounds first.");
    }
    for id in asked {
        if !all.contains(id) {
            let known: Vec<&str> = all.iter().take(LISTED).map(String::as_str).collect();
            let more = if all.len() > LISTED { ", …" } else { "" };
            anyhow::bail!(
                "There is no compound {id:?}. The map has {}: {}{more}",
                all.len(),
                known.join(", ")
            );
        }
    }
    Ok(match asked {
        [] => all.into_iter().collect(),
        asked => asked
            .iter()
            .cloned()
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect(),
    })
}

/// Writes the files of a compound. Returns the numbers of boards, plates and pages of plates.
fn write(args: &PlatesArgs, id: &str, board: &Board) -> anyhow::Result<(usize, usize, usize)> {
    let language = match args.lang {
        Lang::Zh => Language::Chinese,
        Lang::En => Language::English,
    };
    let folder = args.out.join(file_name(id));
    std::fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    let url = rider_url(&args.public_url, None, None);
    let draw = |at: Option<&str>| {
        let options = Options {
            at,
            url: &url,
            language,
        };
        board::draw(&board.frame, &board.content, &options)
    };
    put(&folder.join("board.svg"), &draw(None)?.svg)?;
    let mut boards = 1;
    if args.each_gate {
        for gate in &board.content.gates {
            let path = folder.join(format!("board-{}.svg", file_name(&gate.id)));
            put(&path, &draw(Some(&gate.id))?.svg)?;
            boards += 1;
        }
    }
    let plates = plates(&board.content, &args.public_url);
    let sheets = board::plate_sheets(&board.content.name, &plates, language)?;
    for (i, sheet) in sheets.iter().enumerate() {
        put(&folder.join(format!("plates-{:03}.svg", i + 1)), sheet)?;
    }
    Ok((boards, plates.len(), sheets.len()))
}

/// A plate for each door with a unit; for a building without such doors, one for the building.
fn plates(content: &Content, base: &str) -> Vec<Plate> {
    let mut houses: Vec<_> = content.houses.iter().collect();
    houses.sort_by_key(|h| (natural(h.number.as_deref()), h.name.clone(), h.id.clone()));
    let mut plates = Vec::new();
    for house in houses {
        let plate = |unit: Option<&str>, rooms: Option<&String>| Plate {
            number: house.number.clone(),
            name: house.name.clone(),
            unit: unit.map(str::to_owned),
            rooms: rooms.cloned(),
            url: rider_url(base, Some(&house.id), unit),
        };
        let mut doors: Vec<_> = content
            .doors
            .iter()
            .filter(|d| d.house == house.id && d.unit.is_some())
            .collect();
        doors.sort_by_key(|d| natural(d.unit.as_deref()));
        // A unit may have several doors. Each gets a plate.
        plates.extend(
            doors
                .iter()
                .map(|d| plate(d.unit.as_deref(), d.rooms.as_ref())),
        );
        let is_known = house.number.is_some() || house.name.is_some();
        if doors.is_empty() && is_known {
            plates.push(plate(None, None));
        }
    }
    plates
}

/// A key that sorts 2 before 10. Texts that do not begin with a number come after those that do, empty texts last.
fn natural(text: Option<&str>) -> (bool, u64, String) {
    let text = text.unwrap_or_default();
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    let number = digits.parse().unwrap_or(u64::MAX);
    (text.is_empty(), number, text.to_owned())
}

/// A name for a file or folder from an id, which may contain any characters.
fn file_name(id: &str) -> String {
    let mut name = String::new();
    for (i, c) in id.chars().enumerate() {
        let is_plain = c.is_alphanumeric() || c == '-' || c == '_' || (c == '.' && i > 0);
        if is_plain {
            name.push(c);
        } else {
            let bytes = c.encode_utf8(&mut [0; 4]).as_bytes().to_vec();
            bytes
                .iter()
                .for_each(|b| name.push_str(&format!("%{b:02X}")));
        }
    }
    // File names have at most 255 bytes.
    while name.len() > 200 {
        name.pop();
    }
    name
}

/// Writes a file under a temporary name first, so that an interrupted run leaves no half page.
fn put(path: &Path, text: &str) -> anyhow::Result<()> {
    let named = || path.display().to_string();
    let partial = path.with_extension(format!("svg.{}.partial", std::process::id()));
    let write = || -> std::io::Result<()> {
        let mut file = std::fs::File::create(&partial)?;
        file.write_all(text.as_bytes())?;
        std::fs::rename(&partial, path)
    };
    let written = write();
    if written.is_err() {
        // Ignore an error of the removal: the error of the write is reported.
        let _ = std::fs::remove_file(&partial);
    }
    written.with_context(named)
}

fn answer(done: &Done, args: &PlatesArgs) -> anyhow::Result<ExitCode> {
    let text = if args.json {
        let problems = done.problems.iter();
        let problems: Vec<_> = problems
            .map(|(id, problem)| json!({"compound": id, "problem": problem}))
            .collect();
        json!({
            "out": args.out.display().to_string(),
            "compounds": done.compounds,
            "boards": done.boards,
            "plates": done.plates,
            "pages": done.pages,
            "problems": problems,
        })
        .to_string()
    } else {
        format!(
            "{}: {} compounds, {} boards, {} plates on {} pages, {} not drawn",
            args.out.display(),
            done.compounds,
            done.boards,
            done.plates,
            done.pages,
            done.problems.len()
        )
    };
    print(&text)?;
    Ok(match (done.compounds, done.problems.len()) {
        (_, 0) => ExitCode::SUCCESS,
        (0, _) => ExitCode::FAILURE,
        _ => ExitCode::from(PARTLY),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::board::{Door, House};

    #[test]
    fn file_names_stay_inside_the_folder() {
        assert_eq!(file_name("wenquan-huayuan"), "wenquan-huayuan");
        assert_eq!(file_name("../etc"), "%2E.%2Fetc");
        assert_eq!(file_name("way/1234"), "way%2F1234");
        assert_eq!(file_name("小区 1"), "小区%201");
        assert!(file_name(&"很".repeat(300)).len() <= 200);
    }

    #[test]
    fn plates_are_sorted_as_people_count() {
        let house = |number: &str| House {
            id: format!("h{number}"),
            number: Some(number.to_owned()),
            ..House::default()
        };
        let door = |house: &str, unit: &str| Door {
            house: house.to_owned(),
            unit: Some(unit.to_owned()),
            ..Door::default()
        };
        let content = Content {
            houses: vec![house("10"), house("2"), House::default()],
            doors: vec![door("h10", "2"), door("h10", "1"), door("h10", "10")],
            ..Content::default()
        };
        let urls: Vec<String> = plates(&content, "http://h/")
            .into_iter()
            .map(|p| p.url)
            .collect();
        assert_eq!(
            urls,
            [
                "http://h/rider?b=h2",
                "http://h/rider?b=h10&unit=1",
                "http://h/rider?b=h10&unit=2",
                "http://h/rider?b=h10&unit=10",
            ]
        );
    }
}
