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

/// What a unit reports when it is done, by category.
pub const DONE: [[&str; 2]; 7] = [
    ["摊位已劝离，人行道恢复通行", "货架已收回店内，已现场教育"],
    ["杂物已清理，楼道畅通", "已与住户沟通并当场清运"],
    ["飞线已拆除，引导至集中充电点", "已断开私拉电线并告知隐患"],
    ["障碍物已移除，通道恢复", "车辆已挪离，已增设警示"],
    ["出入口信息已核对更正", "已与门卫确认并更新开放时间"],
    ["设施已修复，可正常使用", "已更换损坏部件"],
    ["问题已处理完毕", "已联系相关单位当场解决"],
];
