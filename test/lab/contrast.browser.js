// In the page: the contrast of every text with what is behind it, by WCAG 2.2 (relative luminance, contrast ratio).
(() => {
  const colour = (css) => css.match(/[\d.]+/g).map(Number);
  const part = (value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const luminance = ([red, green, blue]) => 0.2126 * part(red) + 0.7152 * part(green) + 0.0722 * part(blue);
  const behind = (element) => {
    if (element === null) return [255, 255, 255];
    const [red, green, blue, opacity = 1] = colour(getComputedStyle(element).backgroundColor);
    return opacity === 0 ? behind(element.parentElement) : [red, green, blue];
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const element = node.parentElement;
    const text = node.textContent.trim();
    if (text === "" || element.getClientRects().length === 0) continue;
    const [darker, lighter] = [colour(getComputedStyle(element).color), behind(element)]
      .map(luminance)
      .sort((a, b) => a - b);
    found.push({ text, ratio: (lighter + 0.05) / (darker + 0.05) });
  }
  return found;
})();
