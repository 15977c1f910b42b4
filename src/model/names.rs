//! The names of the collections and properties that the program itself reads and writes. Schemas,
//! styles and SQL contain the same names as literals.

/// The names of collections.
pub mod collection {
    /// Walls, fences and hedges.
    pub const BARRIERS: &str = "barriers";
    /// The outline of the subdistrict (街道).
    pub const BOUNDARIES: &str = "boundaries";
    /// Buildings (楼栋).
    pub const BUILDINGS: &str = "buildings";
    /// Residential compounds (小区) and other walled grounds.
    pub const COMPOUNDS: &str = "compounds";
    /// Traffic orders for single days (当日管制).
    pub const DAY_ORDERS: &str = "day_orders";
    /// Who is in charge of which area, building or stairwell (责任人).
    pub const DUTIES: &str = "duties";
    /// Gates and doors (出入口).
    pub const ENTRANCES: &str = "entrances";
    /// Swap cabinets, chargers and other facilities (设施).
    pub const FACILITIES: &str = "facilities";
    /// First-aid stations (急救站).
    pub const FIRST_AID_STATIONS: &str = "first_aid_stations";
    /// Lawns, woods and pitches.
    pub const GREEN: &str = "green";
    /// Grids (网格), communities (社区) and the subdistrict (街道).
    pub const GRIDS: &str = "grids";
    /// Mediation rooms and points of joint mediation (调解室、三所联动点、三室联建点).
    pub const MEDIATION_POINTS: &str = "mediation_points";
    /// Pocket parks (口袋公园).
    pub const POCKET_PARKS: &str = "pocket_parks";
    /// Livelihood projects (民生实事).
    pub const PROJECTS: &str = "projects";
    /// Roads of the base map.
    pub const ROADS: &str = "roads";
    /// The route network for riders and pedestrians (骑手友好道路).
    pub const ROUTES: &str = "routes";
    /// The stops of trails.
    pub const TRAIL_STOPS: &str = "trail_stops";
    /// Study routes and city walks (红色研学、城市漫步).
    pub const TRAILS: &str = "trails";
    /// Turn restrictions (转向限制).
    pub const TURNS: &str = "turns";
    /// Member units (成员单位).
    pub const UNITS: &str = "units";
    /// The cases of the ledger (预警).
    pub const WARNINGS: &str = "warnings";
    /// Rivers, canals and ponds.
    pub const WATER: &str = "water";

    /// Hidden: the conditions of categories at places, derived from observations.
    pub const CONDITIONS: &str = "$conditions";
    /// Hidden: the presets of wall screens (预设).
    pub const PRESETS: &str = "$presets";
    /// Hidden: the ratings of livelihood projects by residents. The id of a rating is a hash of the project and of
    /// the key of the device.
    pub const PROJECT_RATINGS: &str = "$project_ratings";
    /// Hidden: the rules and the calendar in force.
    pub const RULES: &str = "$rules";
    /// Hidden: the silences (暂停通知). A silence holds back the notices of the cases that it matches.
    pub const SILENCES: &str = "$silences";
}

/// The names of properties.
pub mod property {
    /// The door code of an entrance. Only riders and higher roles can request it, one entrance at a
    /// time.
    pub const ACCESS_CODE: &str = "access_code";
    /// The street and house number.
    pub const ADDRESS: &str = "address";
    /// The id of the building that a feature belongs to.
    pub const BUILDING: &str = "building";
    /// The category of a case.
    pub const CATEGORY: &str = "category";
    /// When a case ended.
    pub const CLOSED_AT: &str = "closed_at";
    /// The official code of a grid.
    pub const CODE: &str = "code";
    /// The id of the community in which a feature lies.
    pub const COMMUNITY: &str = "community";
    /// The categories of cases for which a unit is competent.
    pub const COMPETENCES: &str = "competences";
    /// The id of the compound that a feature belongs to.
    pub const COMPOUND: &str = "compound";
    /// Whether a feature is synthetic demo data.
    pub const DEMO: &str = "demo";
    /// The duty that a person has: `grid_leader`, `building_head` and so on.
    pub const DUTY: &str = "duty";
    /// When a case was filed.
    pub const FILED_AT: &str = "filed_at";
    /// The id of the grid in which a feature lies.
    pub const GRID: &str = "grid";
    /// Whether a case is pending review.
    pub const HELD: &str = "held";
    /// The kind of housing.
    pub const HOUSING: &str = "housing";
    /// The kind of a feature within its collection.
    pub const KIND: &str = "kind";
    /// Internal data of the ledger about a case.
    pub const LEDGER: &str = "ledger";
    /// The name of a feature.
    pub const NAME: &str = "name";
    /// The number of a building in its compound.
    pub const NUMBER: &str = "number";
    /// The id of the next larger area: the community of a grid, the subdistrict of a community.
    pub const PARENT: &str = "parent";
    /// When a case was reported.
    pub const REPORTED_AT: &str = "reported_at";
    /// The id of the grid, compound or building for which a person is in charge.
    pub const SCOPE: &str = "scope";
    /// The status of a case.
    pub const STATUS: &str = "status";
    /// The last step of a case.
    pub const STEP: &str = "step";
}
