//! `onemap openapi` and `onemap data-doc`: generate the documentation of the API and of the data from the code
//! and the schemas.

use std::fmt::Write as _;
use std::process::ExitCode;

use super::print;
use crate::model::{Role, Schema};

pub(super) fn interface() -> anyhow::Result<ExitCode> {
    print(&serde_json::to_string_pretty(
        &crate::http::openapi_document(),
    )?)?;
    Ok(ExitCode::SUCCESS)
}

pub(super) fn data() -> anyhow::Result<ExitCode> {
    let mut text = String::from(
        "# 数据 · The data\n\n\
         Generated from `geodata/schemas` by `make docs`. Geometry is WGS 84 longitude and latitude. \
         Every feature has a stable text id; `seq` (the commit that wrote it) and `updated_at` stand \
         beside its properties. Properties that no schema names are kept as they came.\n\n\
         A role sees what it and the roles below it see: public, rider, grid_worker, officer, admin; \
         planner and steward stand beside officer.\n",
    );
    for (id, document) in crate::demo::schemas() {
        let schema = Schema::parse(&id, document)?;
        collection(&mut text, &schema)?;
    }
    print(text.trim_end())?;
    Ok(ExitCode::SUCCESS)
}

fn collection(text: &mut String, schema: &Schema) -> std::fmt::Result {
    writeln!(
        text,
        "\n## `{}` · {} · {}\n\n{}\n\n{}\n",
        schema.collection,
        schema.title_zh,
        schema.title_en,
        schema.description_zh,
        schema.description_en
    )?;
    writeln!(
        text,
        "Geometry: {}. Written by: {}.\n",
        schema.geometry_names().join(", "),
        match &schema.read_only {
            Some(how) => format!("{}{}", how.zh, how.en),
            None => {
                let roles: Vec<&str> = schema.write_roles.iter().map(|r| r.as_str()).collect();
                format!("{} and above", roles.join(" or "))
            }
        }
    )?;
    writeln!(
        text,
        "| property | 名称 | meaning | type | seen by |\n| --- | --- | --- | --- | --- |"
    )?;
    for property in schema.properties.values() {
        let mut kind = property.kind.clone();
        if !property.values.is_empty() {
            kind = format!("{kind}: {}", property.values.join(", "));
        }
        if let Some(link) = &property.link {
            kind = format!("{kind}, an id in `{link}`");
        }
        if property.required {
            kind.push_str(", required");
        }
        let mut role = if property.role == Role::Public {
            "all".to_owned()
        } else {
            format!("{} and above", property.role)
        };
        if property.recorded {
            role.push_str(", each look recorded");
        }
        writeln!(
            text,
            "| `{}` | {} | {} | {kind} | {role} |",
            property.name, property.title_zh, property.title_en
        )?;
    }
    Ok(())
}
