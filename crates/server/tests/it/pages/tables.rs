//! Every table of every page: it sorts, filters, and says the same at the same address.

use super::{knowledge, reading::PAGES, world::World};
use crate::support::{Server, block_on};

/// The tables of a page: the name in addresses, and the heads that sort it.
fn tables(page: &str) -> Vec<(String, Vec<String>)> {
    let sections = page.split("<section class=\"table\" id=\"").skip(1);
    let table = |section: &str| {
        let section = section.split("</section>").next().unwrap_or_default();
        let id = section.split('"').next().unwrap_or_default();
        let name = id.strip_suffix("table").unwrap_or_default().to_owned();
        let heads = section.split("aria-sort=\"none\"><a href=\"").skip(1);
        let heads = heads.filter_map(|head| head.split('"').next());
        let heads = heads.map(|head| head.replace("&#38;", "&"));
        let heads =
            heads.map(|head| head.split('#').next().unwrap_or_default().to_owned()).collect();
        (name, heads)
    };
    sections.map(table).collect()
}

fn section<'a>(page: &'a str, name: &str) -> &'a str {
    let front = format!("<section class=\"table\" id=\"{name}table\"");
    let from = page.find(&front).unwrap_or(page.len());
    let rest = page.get(from..).unwrap_or_default();
    rest.split("</section>").next().unwrap_or_default()
}

#[test]
fn every_table_sorts_and_filters_by_its_address() {
    block_on(async {
        let world = World::new(Server::new().await).await;
        knowledge::migrations(&world).await;
        knowledge::audits(&world).await;
        let (mut seen, mut sorted) = (0, std::collections::BTreeSet::new());
        for path in PAGES {
            let page = world.server.get(path).await.is(200).text;
            for (name, heads) in tables(&page) {
                seen += 1;
                for head in heads.iter().filter(|head| sorted.insert((*head).clone())) {
                    let rising = world.server.get(head).await.is(200).text;
                    let own = section(&rising, &name);
                    assert_eq!(own.matches("aria-sort=\"ascending\"").count(), 1, "{head}");
                    let again = world.server.get(head).await.is(200).text;
                    assert_eq!(own, section(&again, &name), "{head} is not stable");
                    let falling = head.replace(&format!("{name}sort="), &format!("{name}sort=-"));
                    let falling = world.server.get(&falling).await.is(200).text;
                    let falling = section(&falling, &name);
                    assert_eq!(falling.matches("aria-sort=\"descending\"").count(), 1, "{head}");
                }
                let rows = |page: &str| section(page, &name).matches("<tr>").count();
                if rows(&page) > 0 {
                    let join = if path.contains('?') { '&' } else { '?' };
                    let filtered = format!("{path}{join}{name}filter=no%20such%20row");
                    let filtered = world.server.get(&filtered).await.is(200).text;
                    assert!(rows(&filtered) == 0 || path.contains("filter="), "{path} {name}");
                }
            }
        }
        assert!(seen > 30 && sorted.len() > 100, "{seen} tables, {} heads", sorted.len());
    });
}

#[test]
fn the_journal_is_read_by_product_kind_and_order() {
    block_on(async {
        let world = World::new(Server::new().await).await;
        let path = "/products/studio/journal";
        let page = world.server.get_as_admin(path).await.is(200).text;
        assert!(page.contains("What happened to studio") && page.contains("risk declared"));
        assert!(!page.contains("<td>party enrolled</td>"), "{page}");
        let all = world.server.get_as_admin("/journal?order=oldest").await.is(200).text;
        assert!(all.contains("<td>party enrolled</td>") && all.contains("\"line-0\""), "{all}");
        let risks = format!("{path}?kind=risk+declared");
        let risks = world.server.get_as_admin(&risks).await.is(200).text;
        assert!(risks.contains("lost-frames") && !risks.contains("<td>published</td>"));
        world.server.get_as_admin("/products/nothing/journal").await.is(404);
    });
}
