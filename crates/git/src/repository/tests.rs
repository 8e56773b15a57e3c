use super::*;

#[test]
fn the_last_part_of_an_address_names_the_product() {
    let check = |address: &str, expected: Option<&str>| {
        assert_eq!(last_part(address).as_deref(), expected, "{address}");
    };
    check("https://host/team/product.git", Some("product"));
    check("https://host/team/product.git/", Some("product"));
    check("git@host:team/backend.ai.git", Some("backend.ai"));
    check("host:product", Some("product"));
    check("/srv/git/product/.git", Some("product"));
    check("../product", Some("product"));
    check("C:\\work\\product", Some("product"));
    check("..", None);
    check("/", None);
    check("", None);
}
