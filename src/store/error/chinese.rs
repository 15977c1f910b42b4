//! The errors of the store in Chinese.

use super::{StoreError, UploadRefusal};
use crate::model::InChinese;

/// Details of the database driver stay English, in brackets.
impl InChinese for StoreError {
    fn zh(&self) -> String {
        match self {
            Self::NameTaken { name } => {
                format!("已有名为“{name}”或与之相近的账号，请换一个名称")
            }
            Self::Disabled { name } => format!("账号“{name}”已停用，请先启用"),
            Self::LastAdmin { name } => format!(
                "“{name}”是最后一个可长期登录的管理员账号；请先给另一个账号设置管理员角色，\
                 并为其设置密码或长期有效的令牌"
            ),
            Self::TooManyJobs { most } => {
                format!("本账号已有{most}个任务尚未结束，请等待其中一个结束，或先取消一个")
            }
            Self::JobThere { kind } => format!("该任务已有一个“{kind}”后续任务"),
            Self::Upload(refusal) => refusal.zh(),
            Self::NoUpload { .. } => "上传的文件已被清除，请重新上传".to_owned(),
            Self::Overtaken(overtaken) => format!(
                "操作期间有{}个要素已被他人修改，请重新读取后再试（{self}）",
                overtaken.total
            ),
            Self::Abandoned => "导入中断超过10分钟，已放弃；内容未写入地图，请重新导入".to_owned(),
            Self::Precondition { collection, id, .. } => {
                format!("{collection} 中的要素“{id}”已被他人修改，请重新读取后再试")
            }
            Self::Url(url) => format!(
                "数据库地址“{url}”无效，应为 sqlite:路径（如 sqlite:onemap.db）或 \
                 postgres://用户:密码@主机:端口/库名"
            ),
            Self::Open { url, source } => {
                format!("数据库 {url} 无法打开，请检查地址及数据库是否运行（{source}）")
            }
            Self::Missing { path } => format!(
                "{path} 处没有数据库：加 --create 新建空库，加 --demo 新建带演示数据的库，\
                 或用 onemap restore 恢复备份"
            ),
            Self::InUse { database, holder } => {
                format!("数据库 {} 正由 {} 使用，请先停止它", database.zh, holder.zh)
            }
            Self::Backup { file, problem } => format!("{file}：{}", problem.zh),
            Self::NotEmpty { url, seq } => format!(
                "数据库 {url} 不是空的（最新提交为 {seq}）；如需用备份替换其内容，请加 --replace"
            ),
            Self::Replaced { path, problem } => format!(
                "数据库 {path} 已不是打开时的文件（{}），未写入任何内容；请停止服务，\
                 放回原文件或恢复备份后重新启动",
                problem.zh
            ),
            Self::NotAlone { problem } => format!("{}；未写入任何内容", problem.zh),
            Self::Unsuitable { url, problem } => {
                format!("数据库 {url} 不能存放地图：{}", problem.zh)
            }
            Self::Newer { found, known } => format!(
                "数据库由较新版本的 onemap 写入（数据库版本为 {found}，本程序最高支持 {known}）；\
                 请使用新版本程序，或恢复升级前的备份"
            ),
            Self::Migrate(_) | Self::Database(_) => match self.fault() {
                Some(fault) => fault.zh(),
                None => format!("数据库出错，请联系管理员（{self}）"),
            },
            Self::Corrupt { place, problem } => {
                format!("数据库中有一行数据无法读取，请联系管理员（{place}: {problem}）")
            }
            Self::Geometry(error) => format!("几何图形无法保存（{error}）"),
        }
    }
}

impl InChinese for UploadRefusal {
    fn zh(&self) -> String {
        match self {
            Self::One(most) => format!("单个文件不能超过 {} MiB", most >> 20),
            Self::Account(most) => format!(
                "同一账号上传的文件合计不能超过 {} MiB，请删除已结束的任务，或等待文件到期清除",
                most >> 20
            ),
            Self::Total(most) => format!(
                "服务器保存的上传文件合计已达上限 {} MiB，请等待较早的文件到期清除，或联系管理员",
                most >> 20
            ),
        }
    }
}
