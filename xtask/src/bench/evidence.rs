//! What comparing trees costs, beside what others published for the same sizes.

use anyhow::Result;
use camino::{Utf8Path, Utf8PathBuf};

use super::{Subject, contenders::Contender, documents, platform, verdict};
use crate::process;

/// Resources of the two large OpenAPI documents: 12 and 13 MB.
const LARGE: [usize; 2] = [1_740, 1_890];
const REVISIONS: usize = 500;

/// One thing to measure, and the most that it may take.
struct Case {
    contender: Contender,
    most_seconds: Option<f64>,
    most_mb: Option<f64>,
}

/// GitHub's description of its REST interface, as two versions of an npm package carry it.
const GITHUB: [(&str, &str); 2] = [("github-old", "22.0.0"), ("github-new", "23.0.2")];

/// Measures everything, prints it, and says what was kept.
pub(super) fn run(trainyard: &Utf8Path, place: &Utf8Path, runs: u32) -> Result<Vec<String>> {
    let platform = Subject {
        title: format!("a platform with {} tags", platform::TAGS),
        folder: platform::repository(place)?,
    };
    let folders = Subject { title: "two states in folders".to_owned(), folder: documents(place)? };
    let newest = platform::TAGS - 1;
    let (old, new) = (platform::tag(newest - 1), platform::tag(newest));
    // A release that changes every document.
    let (far, near) = (platform::tag(newest - 5), platform::tag(newest - 1));
    let ours = |subject: &Subject, title: &str, arguments: &[&str]| {
        Contender::new(title, subject, trainyard, arguments).answers_with_codes_up_to(1)
    };
    let mut cases = vec![
        Case {
            contender: ours(
                &folders,
                "OpenAPI, 12 and 13 MB",
                &["evidence", "./openapi-old", "./openapi-new", "--no-cache"],
            ),
            // Every kind refers to others of its family: denser than real descriptions.
            most_seconds: Some(1.5),
            most_mb: Some(400.0),
        },
        Case {
            contender: ours(
                &folders,
                "Alembic, 500 revisions at two refs",
                &["evidence", "./alembic-old", "./alembic-new", "--no-cache"],
            ),
            most_seconds: Some(0.3),
            most_mb: None,
        },
        Case {
            contender: ours(
                &platform,
                "a release pair, cold",
                &["evidence", &old, &new, "--no-cache"],
            ),
            most_seconds: Some(1.0),
            most_mb: None,
        },
        Case {
            contender: ours(
                &platform,
                "four releases at once, cold",
                &["evidence", &far, &near, "--no-cache"],
            ),
            most_seconds: Some(1.0),
            most_mb: None,
        },
        Case {
            contender: ours(&platform, "audit of 346 tags, cold", &["audit"])
                .with_cache(place.join("cache-platform-cold"), true),
            most_seconds: Some(60.0),
            most_mb: None,
        },
        Case {
            contender: ours(&platform, "audit of 346 tags, cached", &["audit"])
                .with_cache(place.join("cache-platform-warm"), false),
            most_seconds: Some(3.0),
            most_mb: None,
        },
    ];
    match github(&folders.folder) {
        Ok(()) => cases.push(Case {
            contender: ours(
                &folders,
                "OpenAPI, GitHub's 12 and 13 MB",
                &["evidence", "./github-old", "./github-new", "--no-cache"],
            ),
            most_seconds: Some(1.5),
            most_mb: Some(400.0),
        }),
        Err(error) => println!("GitHub's descriptions cannot be had: {error:#}"),
    }
    println!(
        "\n=== evidence from trees (oasdiff for GitHub's 12 and 13 MB: 6.4 CPU s, 371 MB, as published) ==="
    );
    let mut rows = Vec::new();
    let mut verdicts = Vec::new();
    for case in &cases {
        let title = case.contender.title.clone();
        match case.contender.measure(runs) {
            Ok(usage) => {
                let wall = usage.wall.as_secs_f64();
                rows.push(vec![
                    title.clone(),
                    format!("{wall:.3}"),
                    format!("{:.3}", usage.cpu.as_secs_f64()),
                    format!("{:.0}", usage.peak_mb()),
                ]);
                verdicts.extend(case.most_seconds.map(|most| {
                    verdict::line(&format!("{title}, wall time"), Some(wall), most, " s")
                }));
                if let Some(most) = case.most_mb {
                    verdicts.push(verdict::line(
                        &format!("{title}, memory"),
                        Some(usage.peak_mb()),
                        most,
                        " MB",
                    ));
                }
            }
            Err(error) => {
                println!("{title}: {error:#}");
                verdicts.push(verdict::line(&title, None, case.most_seconds.unwrap_or(0.0), " s"));
            }
        }
    }
    print!("{}", crate::table::render(&["what", "wall s", "CPU s", "peak MB"], &rows));
    Ok(verdicts)
}

/// Fetches GitHub's descriptions, unless they are there already.
fn github(folder: &Utf8Path) -> Result<()> {
    for (name, version) in GITHUB {
        let place = folder.join(name);
        if place.join("openapi.json").exists() {
            continue;
        }
        fs_err::create_dir_all(&place)?;
        let package = format!("@octokit/openapi@{version}");
        let mut npm = process::command("npm");
        let archive =
            process::output(npm.args(["pack", "--silent", &package]).current_dir(&place))?;
        let archive = archive.trim();
        let file = "package/generated/api.github.com.json";
        let mut tar = process::command("tar");
        process::output(tar.args(["xzf", archive, file]).current_dir(&place))?;
        fs_err::rename(place.join(file), place.join("openapi.json"))?;
        fs_err::remove_dir_all(place.join("package"))?;
        fs_err::remove_file(place.join(archive))?;
    }
    Ok(())
}

/// Folders with the large documents and the migrations, unless they are there already.
fn documents(place: &Utf8Path) -> Result<Utf8PathBuf> {
    let folder = place.join("documents");
    if folder.join("complete").exists() {
        return Ok(folder);
    }
    for (name, resources, revision) in [("openapi-old", LARGE[0], 1), ("openapi-new", LARGE[1], 2)]
    {
        fs_err::create_dir_all(folder.join(name))?;
        fs_err::write(
            folder.join(name).join("openapi.json"),
            documents::openapi(resources, revision),
        )?;
    }
    for (name, revisions) in [("alembic-old", REVISIONS - 10), ("alembic-new", REVISIONS)] {
        let versions = folder.join(name).join("alembic/versions");
        fs_err::create_dir_all(&versions)?;
        fs_err::write(folder.join(name).join("alembic/env.py"), "from alembic import context\n")?;
        for revision in 0..revisions {
            let file = format!("{}_change.py", documents::revision_id(revision));
            fs_err::write(versions.join(file), documents::alembic(revision))?;
        }
    }
    fs_err::write(folder.join("complete"), "")?;
    Ok(folder)
}
