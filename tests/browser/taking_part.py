"""How staff go through the answering page in a test: by their eyes, thumbs and keys."""

from collections.abc import Sequence

from playwright.sync_api import Locator, Page, expect

QUESTIONS = 8
KEPT = """
async () => {
  const names = (await indexedDB.databases()).map((each) => each.name);
  if (!names.includes("pulse")) return [];
  const base = await new Promise((done, failed) => {
    const opening = indexedDB.open("pulse", 1);
    opening.onsuccess = () => done(opening.result);
    opening.onerror = () => failed(opening.error);
  });
  const records = await new Promise((done, failed) => {
    const asked = base.transaction("taking-part").objectStore("taking-part").getAll();
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
  base.close();
  return records.map((each) => Object.keys(each).sort().join(" "));
}
"""
_MOST_TABS = 40


def heading(page: Page, words: str) -> Locator:
    return page.get_by_role("heading", level=1, name=words)


def start(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_role("button", name="Start").click()


def choose(page: Page, number: int, choice: int) -> None:
    """Answer a question by thumb; 0 skips it."""
    question = page.locator(f'[data-question="{number}"]:visible')
    if choice:
        question.locator("label").nth(choice - 1).click()
        question.locator('[data-go="next"]').click()
    else:
        question.locator('[data-go="skip"]').click()
    expect(question).to_have_count(0)


def answer_all(page: Page, choices: Sequence[int]) -> None:
    for number, choice in enumerate(choices, start=1):
        choose(page, number, choice)
    expect(heading(page, "Check your answers")).to_be_visible()


def send(page: Page) -> None:
    page.get_by_role("button", name="Send my answers").click()


def thanked(page: Page) -> str:
    """Wait for the receipt and return it without its spaces."""
    expect(heading(page, "Your answers are in the box")).to_be_visible()
    return (page.locator("[data-receipt]").text_content() or "").replace(" ", "")


def take_part(page: Page, link: str, choices: Sequence[int]) -> str:
    start(page, link)
    answer_all(page, choices)
    send(page)
    return thanked(page)


def kept(page: Page) -> list[str]:
    """Return which fields each record in the device's memory has; [] when it keeps nothing."""
    found: list[str] = page.evaluate(KEPT)
    return found


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until the focus is there."""
    for _ in range(_MOST_TABS):
        page.keyboard.press("Tab")
        if wanted.evaluate("each => each === document.activeElement"):
            return
    raise AssertionError(f"the keyboard does not reach {wanted}")


def another_tab(page: Page) -> Page:
    """Close the tab as a phone does that runs out of battery, and open one in the same browser."""
    browser = page.context
    page.close()
    return browser.new_page()
