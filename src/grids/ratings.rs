//! The ratings of livelihood projects (民生实事) by residents, counted by project.

use rpds::RedBlackTreeMapSync;
use serde::Serialize;
use utoipa::ToSchema;

use crate::model::{Canonical, FeatureId};

/// All ratings: one per device and project.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Ratings {
    by_id: RedBlackTreeMapSync<FeatureId, Stars>,
    of_project: RedBlackTreeMapSync<String, Rated>,
}

/// One rating.
#[derive(Debug, Clone, PartialEq)]
struct Stars {
    project: String,
    stars: u8,
}

/// The number of ratings and the sum of their stars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rated {
    /// How many ratings there are.
    pub count: u32,
    /// The sum of their stars, each 1 to 5.
    pub sum: u32,
}

/// How residents rate: the number of ratings and their mean.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct ProjectRating {
    /// How many ratings there are; each device counts once per project.
    pub count: u32,
    /// The mean, from 1 to 5, with one decimal; `null` without ratings.
    pub mean: Option<f64>,
}

impl From<Rated> for ProjectRating {
    fn from(rated: Rated) -> Self {
        let mean = f64::from(rated.sum) / f64::from(rated.count);
        Self {
            count: rated.count,
            mean: (rated.count > 0).then(|| (mean * 10.0).round() / 10.0),
        }
    }
}

impl std::ops::AddAssign for Rated {
    fn add_assign(&mut self, more: Self) {
        self.count += more.count;
        self.sum += more.sum;
    }
}

impl Ratings {
    /// The ratings of a project.
    pub fn of(&self, project: &str) -> Rated {
        self.of_project.get(project).copied().unwrap_or_default()
    }

    /// Puts a rating, or removes it (`None`). One that cannot be read does not count.
    pub fn put(&mut self, id: &FeatureId, rating: Option<Canonical<'_>>) {
        if let Some(before) = self.by_id.get(id).cloned() {
            self.by_id.remove_mut(id);
            self.count(&before, u32::saturating_sub);
        }
        if let Some(stars) = rating.and_then(read) {
            self.count(&stars, u32::saturating_add);
            self.by_id.insert_mut(id.clone(), stars);
        }
    }

    fn count(&mut self, rating: &Stars, change: fn(u32, u32) -> u32) {
        let before = self.of(&rating.project);
        let after = Rated {
            count: change(before.count, 1),
            sum: change(before.sum, rating.stars.into()),
        };
        match after.count {
            0 => {
                self.of_project.remove_mut(&rating.project);
            }
            _ => self.of_project.insert_mut(rating.project.clone(), after),
        }
    }
}

fn read(rating: Canonical<'_>) -> Option<Stars> {
    let stars = rating.number("stars").map(|stars| stars as u8)?;
    Some(Stars {
        project: rating.text("project")?.into_owned(),
        stars: Some(stars).filter(|stars| (1..=5).contains(stars))?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rating_that_is_changed_or_removed_counts_as_it_is_now() {
        let mut all = Ratings::default();
        let mut put = |id: &str, text: Option<&str>| {
            all.put(&FeatureId::new(id).unwrap(), text.map(Canonical::new));
            let rating = ProjectRating::from(all.of("p"));
            (rating.count, rating.mean)
        };
        assert_eq!(
            put("a", Some(r#"{"project":"p","stars":5}"#)),
            (1, Some(5.0))
        );
        assert_eq!(
            put("b", Some(r#"{"project":"p","stars":4}"#)),
            (2, Some(4.5))
        );
        assert_eq!(
            put("c", Some(r#"{"project":"q","stars":1}"#)),
            (2, Some(4.5))
        );
        assert_eq!(
            put("a", Some(r#"{"project":"p","stars":1}"#)),
            (2, Some(2.5))
        );
        for wrong in [
            r#"{"project":"p","stars":6}"#,
            r#"{"project":"p"}"#,
            r#"{"stars":3}"#,
        ] {
            assert_eq!(put("b", Some(wrong)), (1, Some(1.0)), "{wrong}");
        }
        assert_eq!(put("a", None), (0, None));
    }
}
