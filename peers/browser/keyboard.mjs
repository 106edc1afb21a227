// The keyboard's way through a page: what the Tab key reaches, in which order, and whether it shows.

export const isFocused = (page, selector) => page.evaluate((s) => document.activeElement?.matches(s) ?? false, selector);

// From the top of the page, Tab comes by all of `stops` in this order, each seen to be in focus.
export async function keyboardReaches(seen, page, stops) {
  await page.goto(page.url());
  const wanted = [...stops];
  for (let presses = 0; wanted.length && presses < 30; presses += 1) {
    await page.keyboard.press("Tab");
    if (!await isFocused(page, wanted[0])) continue;
    await focusShows(seen, page, wanted.shift());
  }
  seen.check(`Tab does not reach ${wanted.join(", ")} in this order`, wanted.length === 0);
}

// Focus shows when a picture of the element changes as focus goes; the caret is left out of pictures.
export async function focusShows(seen, page, name) {
  const box = await page.evaluate(() => {
    const { x, y, width, height } = document.activeElement.getBoundingClientRect();
    return { x: Math.max(0, x - 6), y: Math.max(0, y - 6), width: width + 12, height: height + 12, inside: y >= 0 && x >= 0 && width > 1 && height > 1 };
  });
  seen.check(`${name} is in focus out of sight`, box.inside);
  const { inside, ...clip } = box;
  const focused = await page.screenshot({ clip });
  const handle = await page.evaluateHandle(() => {
    const element = document.activeElement;
    element.blur();
    return element;
  });
  const plain = await page.screenshot({ clip });
  await handle.evaluate((element) => element.focus({ focusVisible: true }));
  seen.check(`focus on ${name} does not show`, !focused.equals(plain));
}
