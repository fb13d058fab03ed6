"""Takes the README's pictures from the running dashboard: make screenshots"""

from tests.browser import server

FOLDER = server.ROOT / "assets" / "screenshots"
PICTURES = {
    "home": ("?home.n=12&home.manner=by+chance", "light"),
    "attention": ("Attention", "light"),
    "pretraining": ("Pretraining", "dark"),
}


def main() -> None:
    """Open each page and write its picture."""
    FOLDER.mkdir(exist_ok=True)
    with server.dashboard() as address, server.browser() as browser:
        for name, (path, scheme) in PICTURES.items():
            page = browser.new_page(
                viewport={"width": 1280, "height": 860},
                color_scheme="dark" if scheme == "dark" else "light",
                reduced_motion="reduce",
            )
            page.goto(f"{address}/{path}")
            server.settled(page)
            if name == "pretraining":
                page.get_by_role("button", name="Train", exact=True).click()
                page.get_by_text("Finished", exact=True).wait_for(timeout=180_000)
                page.get_by_role("heading", name="Does it learn?").scroll_into_view_if_needed()
            elif name == "attention":
                heading = page.get_by_role("heading", name="What do the heads of a model look at?")
                heading.scroll_into_view_if_needed()
            page.wait_for_timeout(1500)
            page.screenshot(path=FOLDER / f"{name}.png")
            page.close()


if __name__ == "__main__":
    main()
