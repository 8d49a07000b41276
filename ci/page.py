"""Looks at the page of a run as a browser has understood it: argument, the file with its DOM."""

import sys
from html.parser import HTMLParser


class Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.ids, self.links, self.tags, self.texts = set(), [], [], []

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.tags.append((tag, attributes))
        self.ids.update(filter(None, [attributes.get("id")]))
        if tag == "a":
            self.links.append(attributes.get("href", ""))

    def handle_data(self, data):
        self.texts.append(data)


def fail(text):
    sys.exit(f"page: {text}")


page = Page()
page.feed(open(sys.argv[1], encoding="utf-8").read())
texts = "".join(page.texts)
if any(tag == "script" for tag, _ in page.tags):
    fail("what the program printed became markup")
if "taken over" in texts.split("\n")[0]:
    fail("a script ran")
operations = [name for name in page.ids if name.startswith("op")]
if len(operations) != 8:
    fail(f"it has {len(operations)} operations instead of 8")
broken = [link for link in page.links if not link.startswith("#") or link[1:] not in page.ids]
if not page.links or broken:
    fail(f"links lead nowhere: {broken}")
spans = [a for tag, a in page.tags if tag == "rect" and a.get("class") == "span"]
if not spans:
    fail("the timeline has no calls")
if any(float(span["width"]) <= 0 for span in spans):
    fail("a call is not to be seen")
for part in ["game.lm.md", "random_int(1, 6)", "<script>document.title", "R1017", "main", "Graph", "Timeline"]:
    if part not in texts:
        fail(f"{part!r} is not shown")
if sum(tag == "svg" for tag, _ in page.tags) != 2:
    fail("graph and timeline are not two pictures")
print(f"page: the browser shows {len(operations)} operations and {len(spans)} calls")
