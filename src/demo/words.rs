//! Texts that people enter in the demo cases.

/// Reasons why an officer rejects a case.
pub const REJECT_REASONS: [&str; 3] = [
    "现场核实未发现问题",
    "不属于本街道管辖范围，已告知上报人",
    "信息不全且无法联系上报人",
];

/// Reasons why a unit returns a case.
pub const RETURN_REASONS: [&str; 3] = [
    "不属于本单位职责，建议转派物业",
    "现场位于相邻社区辖区",
    "需先由产权单位确认",
];

/// Reasons for suspending a case.
pub const PARK_REASONS: [&str; 3] = [
    "住户外出，约定返回后清理",
    "需等待产权单位维修排期",
    "涉及施工，待工程完工后复查",
];

/// Reasons for extending a deadline.
pub const EXTEND_REASONS: [&str; 2] = ["等待配件到货", "需多部门联合处置，已约定时间"];

/// What a verifier finds if the work is not done.
pub const FAIL_NOTES: [&str; 2] = ["现场仍有残留，未清理完毕", "复查时问题又出现"];

/// Reasons why a verifier did not visit the place.
pub const VERIFY_REASONS: [&str; 2] = ["已与居民电话核实", "通过公共视频核实"];

/// What a unit reports when it is done, by category, in the order of the notes of reporters.
pub const DONE: [[&str; 4]; 7] = [
    [
        "摊位已劝离，盲道恢复通行",
        "货架已收回店内，已现场教育",
        "早点摊已劝离，地面已清扫",
        "烧烤摊已劝离，非机动车道恢复通行",
    ],
    [
        "旧家具已清运，楼道畅通",
        "纸箱已清理，消防门可正常开启",
        "自行车已移至车棚",
        "装修垃圾已清运，已与住户沟通",
    ],
    [
        "飞线已拆除，引导至集中充电点",
        "已断开私拉电线并告知隐患",
        "飞线已拆除，裸露电线已处理",
        "充电线已收回，人行道恢复通行",
    ],
    [
        "围挡已内移，通道恢复",
        "车辆已挪离，已增设警示",
        "倒伏树枝已清理，道路恢复通行",
        "堆土已清运，车辆可正常通过",
    ],
    [
        "通行方式已核对更正",
        "已与门卫确认并更新开放时间",
        "已核实并更正为只出不进",
        "已更新门禁信息和通行提示",
    ],
    [
        "柜门已修复，可正常使用",
        "顶棚已修补，不再漏雨",
        "灯具已更换，照明恢复",
        "座椅已更换",
    ],
    [
        "井盖已复位加固",
        "管道已疏通，地面已冲洗",
        "粪便已清理，已提醒养宠住户",
        "路灯已修复",
    ],
];
