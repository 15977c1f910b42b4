//! The names of the demo district. The subdistrict and its 12 communities are real (codes of the
//! National Bureau of Statistics, 2023); compounds, roads, shops and units are invented.

/// The 9-digit code and the name of the subdistrict.
pub const STREET: (&str, &str) = ("120113001", "果园新村街道");

/// The 12-digit codes and the short names of the communities.
pub const COMMUNITIES: [(&str, &str); 12] = [
    ("120113001003", "果园里"),
    ("120113001006", "丹凤里"),
    ("120113001009", "朝阳里"),
    ("120113001014", "旭日里"),
    ("120113001015", "霞光里"),
    ("120113001018", "新华里"),
    ("120113001020", "温泉花园"),
    ("120113001022", "都旺新城"),
    ("120113001024", "辰庆家园"),
    ("120113001025", "辰兴家园"),
    ("120113001026", "辰悦家园"),
    ("120113001027", "东升里"),
];

/// The use of a block between streets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// A walled estate of the 1980s and 1990s: walk-up buildings in narrow rows.
    Estate,
    /// A compound of the 2000s: walk-up buildings in front, slabs with lifts behind.
    Garden,
    /// A compound of the 2010s: slabs with lifts in front, towers behind.
    Heights,
    /// Towers above shops.
    Mixed,
    /// A school.
    School,
    /// A market hall surrounded by shops.
    Market,
    /// The subdistrict office and other public buildings.
    Civic,
    /// A park.
    Park,
    /// A shopping centre.
    Mall,
    /// A health centre.
    Clinic,
    /// Workshops and offices.
    Works,
}

/// A block: index of its community in [`COMMUNITIES`], use, slug for ids, name.
pub type Plot = (usize, Use, &'static str, &'static str);

/// The blocks: rows from south to north, each from west to east. The canal runs between the fourth
/// and the fifth row.
pub const PLOTS: [[Plot; 7]; 7] = {
    use Use::{Civic, Clinic, Estate, Garden, Heights, Mall, Market, Mixed, Park, School, Works};
    [
        [
            (4, Estate, "xiaguang-nanli", "霞光南里"),
            (4, Estate, "xiaguang-li", "霞光里"),
            (5, Estate, "xinhua-nanli", "新华南里"),
            (5, Market, "xinhua-market", "新华菜市场"),
            (11, Estate, "dongsheng-li", "东升里"),
            (11, Estate, "dongsheng-dongli", "东升东里"),
            (11, Heights, "dongsheng-jiayuan", "东升嘉园"),
        ],
        [
            (4, Estate, "xiaguang-xili", "霞光西里"),
            (4, School, "xiaguang-school", "霞光小学"),
            (5, Estate, "xinhua-li", "新华里"),
            (5, Estate, "xinhua-dongli", "新华东里"),
            (11, Estate, "dongsheng-beili", "东升北里"),
            (3, Garden, "xuri-jiayuan", "旭日嘉园"),
            (3, Estate, "xuri-li", "旭日里"),
        ],
        [
            (0, Estate, "guoyuan-xili", "果园西里"),
            (0, Estate, "guoyuan-li", "果园里"),
            (1, Estate, "danfeng-li", "丹凤里"),
            (1, Civic, "guoyuan-office", "果园新村街道办事处"),
            (2, Estate, "chaoyang-li", "朝阳里"),
            (3, School, "xuri-school", "旭日中学"),
            (3, Estate, "xuri-dongli", "旭日东里"),
        ],
        [
            (0, Garden, "guoyuan-yayuan", "果园雅苑"),
            (0, Estate, "guoyuan-beili", "果园北里"),
            (1, Estate, "danfeng-beili", "丹凤北里"),
            (1, Garden, "danfeng-jiayuan", "丹凤嘉园"),
            (2, Park, "chaoyang-park", "朝阳公园"),
            (2, Estate, "chaoyang-dongli", "朝阳东里"),
            (2, Heights, "chaoyang-xinyuan", "朝阳新苑"),
        ],
        [
            (7, Heights, "duwang-xiyuan", "都旺西苑"),
            (7, Mixed, "duwang-xincheng", "都旺新城"),
            (7, Mall, "duwang-plaza", "都旺广场"),
            (7, Mixed, "duwang-mingdi", "都旺名邸"),
            (6, Park, "guoyuan-park", "果园公园"),
            (6, Garden, "wenquan-huayuan", "温泉花园"),
            (6, Heights, "wenquan-yayuan", "温泉雅苑"),
        ],
        [
            (9, Garden, "chenxing-jiayuan", "辰兴家园"),
            (9, Heights, "chenxing-xiyuan", "辰兴西苑"),
            (10, School, "chenyue-school", "辰悦小学"),
            (10, Garden, "chenyue-jiayuan", "辰悦家园"),
            (8, Garden, "chenqing-jiayuan", "辰庆家园"),
            (6, Garden, "wenquan-jiayuan", "温泉家园"),
            (6, Clinic, "wenquan-clinic", "温泉社区卫生服务中心"),
        ],
        [
            (9, Heights, "chenxing-beiyuan", "辰兴北苑"),
            (9, Garden, "chenxing-xinyuan", "辰兴新苑"),
            (10, Heights, "chenyue-beiyuan", "辰悦北苑"),
            (10, Mixed, "chenyue-mingting", "辰悦名庭"),
            (8, Heights, "chenqing-beiyuan", "辰庆北苑"),
            (8, Garden, "chenqing-xinyuan", "辰庆新苑"),
            (8, Works, "chenqing-works", "辰庆科技园"),
        ],
    ]
};

/// Shops: the word for the trade, names to choose from, opening hours.
pub const SHOPS: [(&str, &[&str], &str); 18] = [
    (
        "大药房",
        &["康宁", "惠民", "仁和堂", "益寿", "百草", "同春"],
        "Mo-Su 08:00-21:30",
    ),
    (
        "便利店",
        &["好邻居", "每日鲜", "小橙", "天天", "都客"],
        "24/7",
    ),
    (
        "超市",
        &["乐购佳", "利客来", "万家福", "果园"],
        "Mo-Su 07:30-21:30",
    ),
    (
        "早点铺",
        &["老津味", "张记", "福来", "桂顺"],
        "Mo-Su 05:30-13:00",
    ),
    ("包子铺", &["津门", "李记", "和顺"], "Mo-Su 05:30-20:00"),
    (
        "面馆",
        &["陇上", "老街", "川味", "山西"],
        "Mo-Su 09:30-21:30",
    ),
    ("饺子馆", &["百味", "喜来", "东北"], "Mo-Su 10:00-21:30"),
    ("水果店", &["鲜果园", "果真甜", "绿源"], "Mo-Su 07:30-22:00"),
    ("理发店", &["新风尚", "美丽", "阿明"], "Mo-Su 09:00-21:00"),
    ("洗衣店", &["洁而雅", "蓝天", "净衣坊"], "Mo-Su 08:30-20:30"),
    ("文具店", &["学友", "晨曦", "启明"], "Mo-Su 07:00-20:00"),
    ("五金店", &["永固", "万顺", "鑫达"], "Mo-Su 08:00-19:00"),
    ("烘焙坊", &["麦香", "米兰", "暖暖"], "Mo-Su 07:30-21:00"),
    ("诊所", &["安康", "惠仁", "百姓"], "Mo-Su 08:00-20:00"),
    ("银行网点", &["北辰", "津城", "惠农"], "Mo-Fr 09:00-17:00"),
    ("手机店", &["星联", "通达", "优机"], "Mo-Su 09:00-20:30"),
    ("房产中介", &["安居", "好家", "宜家园"], "Mo-Su 09:00-21:00"),
    ("快递驿站", &["速递", "邻里", "蜂巢"], "Mo-Su 08:30-21:00"),
];
