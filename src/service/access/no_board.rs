//! The error for a board that cannot be drawn.

use crate::model::InChinese;

/// The reason why a compound has no board.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoBoard {
    /// There is no such compound.
    #[error("there is no compound {0:?}; use the id of a feature in the collection compounds")]
    Compound(String),
    /// The compound has no such gate.
    #[error("{compound} has no gate {gate:?}; {}", gates(.known))]
    Gate {
        /// The compound's name.
        compound: String,
        /// The requested gate.
        gate: String,
        /// The ids of its gates.
        known: Vec<String>,
    },
    /// The compound has no outline.
    #[error("{0} has no outline on the map; draw it before you print a board")]
    Outline(String),
    /// The map around the compound has too much for one page.
    #[error(
        "the map around {compound} has too many features or positions for one board; the limit is exceeded in the \
         collection {collection}: remove or simplify features"
    )]
    TooLarge {
        /// The compound's name.
        compound: String,
        /// The collection.
        collection: &'static str,
    },
}

/// The gates of a compound, as a part of the English text.
fn gates(known: &[String]) -> String {
    match known {
        [] => "no gate of it is on the map".to_owned(),
        known => format!("its gates are: {}", known.join(", ")),
    }
}

impl InChinese for NoBoard {
    fn zh(&self) -> String {
        match self {
            Self::Compound(id) => format!("没有小区“{id}”，请填写小区图层中的编号"),
            Self::Gate {
                compound,
                gate,
                known,
            } if known.is_empty() => format!("{compound}没有登记大门，也没有“{gate}”"),
            Self::Gate {
                compound,
                gate,
                known,
            } => format!("{compound}没有大门“{gate}”，现有大门：{}", known.join("、")),
            Self::Outline(name) => format!("地图上没有{name}的范围，请先绘制小区范围再生成导览图"),
            Self::TooLarge {
                compound,
                collection,
            } => format!(
                "{compound}及周边的要素或坐标点过多（读取图层 {collection} 时超出上限），一张导览图放不下；请删减要素或简化图形"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_compound_without_gates_has_no_empty_list_in_the_text() {
        let no_board = |known: &[&str]| NoBoard::Gate {
            compound: "温泉花园".to_owned(),
            gate: "north".to_owned(),
            known: known.iter().map(|id| (*id).to_owned()).collect(),
        };
        assert_eq!(
            no_board(&["east", "west"]).to_string(),
            "温泉花园 has no gate \"north\"; its gates are: east, west"
        );
        assert_eq!(
            no_board(&[]).to_string(),
            "温泉花园 has no gate \"north\"; no gate of it is on the map"
        );
    }
}
