//! Measures the search after each keystroke in a search field, without HTTP: `cargo bench --bench search`.
//!
//! The data are synthetic cities of 20,000 and of a million buildings, the same in every run. The names of the
//! compounds are composed of characters that are frequent in such names. Addresses are typed letter by letter, in
//! several ways, and each keystroke searches for the best ten results. Each search runs three times and the shortest
//! time counts, so that other load on the machine matters less. Other sizes can be given as numbers after `--`.

#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a benchmark prints its results, and stops if its generated city is invalid"
)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use onemap::access::{Ask, Directory};
use onemap::index::{Collection, Collections, Free};
use onemap::model::{Body, CollectionId, FeatureId, Properties, Record, Role, built_in_texts};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The characters at the beginning of compound names, with their pinyin.
const FIRST: [(char, &str); 24] = [
    ('温', "wen"),
    ('泉', "quan"),
    ('朝', "chao"),
    ('阳', "yang"),
    ('辰', "chen"),
    ('庆', "qing"),
    ('东', "dong"),
    ('升', "sheng"),
    ('丹', "dan"),
    ('凤', "feng"),
    ('果', "guo"),
    ('旺', "wang"),
    ('华', "hua"),
    ('新', "xin"),
    ('霞', "xia"),
    ('光', "guang"),
    ('旭', "xu"),
    ('金', "jin"),
    ('安', "an"),
    ('宁', "ning"),
    ('福', "fu"),
    ('瑞', "rui"),
    ('翠', "cui"),
    ('湖', "hu"),
];
/// The endings of compound names: in characters, in pinyin and in first letters.
const LAST: [(&str, &str, &str); 8] = [
    ("花园", "huayuan", "hy"),
    ("家园", "jiayuan", "jy"),
    ("新苑", "xinyuan", "xy"),
    ("北里", "beili", "bl"),
    ("嘉园", "jiayuan", "jy"),
    ("名邸", "mingdi", "md"),
    ("公寓", "gongyu", "gy"),
    ("雅苑", "yayuan", "yy"),
];
const BUILDINGS_IN_COMPOUND: u32 = 16;
/// How many addresses are typed in each way.
const TYPED: u32 = 300;

/// How many times each search runs.
const REPEATS: u32 = 3;

/// The name of a compound in characters, in pinyin and in first letters.
struct Name {
    text: String,
    pinyin: String,
    letters: String,
}

fn main() {
    // `cargo bench` adds options of its own; only plain numbers are sizes.
    let mut sizes: Vec<u32> = std::env::args().filter_map(|a| a.parse().ok()).collect();
    if sizes.is_empty() {
        sizes = vec![20_000, 1_000_000];
    }
    for size in sizes {
        measure(size);
    }
}

fn measure(size: u32) {
    println!(
        "\n{size} buildings in {} compounds",
        size.div_ceil(BUILDINGS_IN_COMPOUND)
    );
    let map = city(size);
    let all: Vec<Arc<Collection>> = map.iter().map(|(_, c)| Arc::clone(c)).collect();
    let began = Instant::now();
    let directory = Directory::of(all.iter(), None);
    println!("directory built in {:.2} s", began.elapsed().as_secs_f64());
    println!(
        "{:<28} {:>9} {:>9} {:>9} {:>9}",
        "typed", "searches", "p50 ms", "p99 ms", "max ms"
    );
    let typed = |say: &dyn Fn(&Name, u32) -> String| -> Vec<String> {
        (0..TYPED)
            .map(|i| address(i.wrapping_mul(2_654_435_761) % size, say))
            .collect()
    };
    let ways: [(&str, Vec<String>); 7] = [
        (
            "characters, unit, room",
            typed(&|n, b| format!("{}{b}号楼2单元501", n.text)),
        ),
        (
            "pinyin and number",
            typed(&|n, b| format!("{}{b}", n.pinyin)),
        ),
        (
            "first letters and number",
            typed(&|n, b| format!("{}{b}", n.letters)),
        ),
        ("numbers alone", typed(&|_, b| format!("{b}-2-501"))),
        (
            "with one mistake",
            typed(&|n, b| format!("{}{b}", mistyped(&n.pinyin))),
        ),
        (
            "text without a match",
            typed(&|n, b| format!("xqzw{}{b}", n.letters)),
        ),
        (
            "pasted text of an order",
            typed(&|n, b| {
                format!(
                    "\u{1}天津市北辰区果园新村街道{}{b}号楼2单元501 李女士 13812345678",
                    n.text
                )
            }),
        ),
    ];
    let mut every = Vec::new();
    for (name, texts) in ways {
        let mut took = Vec::new();
        for text in &texts {
            for query in keystrokes(text) {
                took.push(search(&all, &directory, query));
            }
        }
        say(name, &mut took);
        every.extend(took);
    }
    say("all", &mut every);
}

fn search(all: &[Arc<Collection>], directory: &Directory, query: &str) -> Duration {
    let is_compounds = |c: &&Arc<Collection>| c.schema().collection.as_str() == "compounds";
    let ask = Ask {
        collections: all,
        compounds: all.iter().find(is_compounds),
        view: Role::Public.into(),
        query,
        limit: 10,
    };
    let once = || {
        let began = Instant::now();
        let Ok(found) = directory.search(&ask, &Free);
        let took = began.elapsed();
        drop(found);
        took
    };
    (0..REPEATS).map(|_| once()).min().unwrap_or_default()
}

/// Returns the text after each keystroke. A text that begins with U+0001 is pasted as a whole.
fn keystrokes(text: &str) -> Vec<&str> {
    match text.strip_prefix('\u{1}') {
        Some(pasted) => vec![pasted],
        None => (text.char_indices())
            .map(|(at, c)| &text[..at + c.len_utf8()])
            .collect(),
    }
}

fn say(name: &str, took: &mut [Duration]) {
    took.sort_unstable();
    let ms = |share: usize| {
        let at = (took.len() * share / 100).min(took.len() - 1);
        took[at].as_secs_f64() * 1e3
    };
    println!(
        "{name:<28} {:>9} {:>9.3} {:>9.3} {:>9.3}",
        took.len(),
        ms(50),
        ms(99),
        ms(100)
    );
}

fn address(building: u32, say: &dyn Fn(&Name, u32) -> String) -> String {
    let name = name(building / BUILDINGS_IN_COMPOUND);
    say(&name, building % BUILDINGS_IN_COMPOUND + 1)
}

/// Swaps the two letters in the middle of a text.
fn mistyped(text: &str) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    let at = letters.len() / 2;
    letters.swap(at, at - 1);
    letters.into_iter().collect()
}

fn name(compound: u32) -> Name {
    let count = FIRST.len() as u32;
    let (last, mut rest) = (compound % 8, compound / 8);
    let mut name = Name {
        text: String::new(),
        pinyin: String::new(),
        letters: String::new(),
    };
    // A name gets as many characters as are needed to make it unique, but at least two.
    for i in 0.. {
        let (c, sound) = FIRST[((rest + i * 7) % count) as usize];
        name.text.push(c);
        name.pinyin.push_str(sound);
        name.letters.push_str(&sound[..1]);
        rest /= count;
        if i > 0 && rest == 0 {
            break;
        }
    }
    let (text, pinyin, letters) = LAST[last as usize];
    name.text.push_str(text);
    name.pinyin.push_str(pinyin);
    name.letters.push_str(letters);
    name
}

fn city(size: u32) -> Collections {
    let schemas = built_in_texts();
    let schemas = schemas
        .iter()
        .filter(|(name, _)| ["buildings", "compounds"].contains(name));
    let mut records: Vec<Record> = schemas
        .map(|(name, text)| record("$schemas", name, text))
        .collect();
    for n in 0..size {
        let compound = n / BUILDINGS_IN_COMPOUND;
        let (name, number) = (name(compound).text, n % BUILDINGS_IN_COMPOUND + 1);
        if number == 1 {
            let said = format!(r#"{{"name":"{name}"}}"#);
            records.push(record("compounds", &format!("c{compound:06}"), &said));
        }
        let said = format!(
            r#"{{"name":"{name}{number}号楼","number":"{number}","compound":"c{compound:06}"}}"#
        );
        records.push(record("buildings", &format!("b{n:07}"), &said));
    }
    Collections::load(records).0
}

fn record(collection: &str, id: &str, properties: &str) -> Record {
    Record {
        collection: CollectionId::new(collection).expect("a valid collection name"),
        id: FeatureId::new(id).expect("a valid feature id"),
        seq: 1,
        updated_at: jiff::Timestamp::UNIX_EPOCH,
        body: Some(Body {
            geometry: (collection != "$schemas")
                .then(|| geo_types::point!(x: 117.0, y: 39.0).into()),
            properties: Properties::parse(properties).expect("properties as a JSON object"),
        }),
    }
}
