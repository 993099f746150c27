import axeCore from 'axe-core'
import type { Page } from 'playwright-core'

/** What axe-core finds that is serious or critical, each with the first element that has it. */
export async function seriousFindings(page: Page): Promise<string[]> {
  await page.evaluate(axeCore.source)
  return page.evaluate(async () => {
    interface Finding {
      readonly id: string
      readonly impact: string | null
      readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[]
    }
    const { axe } = globalThis as unknown as {
      axe: { run(options: object): Promise<{ violations: Finding[] }> }
    }
    const { violations } = await axe.run({ resultTypes: ['violations'] })
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(
        ({ id, nodes }) =>
          `${id} ×${nodes.length}: ${nodes[0]?.html.slice(0, 200) ?? ''} ${nodes[0]?.failureSummary ?? ''}`,
      )
  })
}

/** How many pixels the document is wider than its window; a table may scroll by itself, the page may not. */
export async function sidewaysOverflow(page: Page): Promise<number> {
  return page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
}

/** What moves for longer than a blink although its reader asked that nothing moves. */
export async function movingParts(page: Page): Promise<string[]> {
  const found: string[] = await page.evaluate(`[...document.querySelectorAll('*')]
    .filter((one) => {
      const { animationName, animationDuration, transitionDuration, scrollBehavior } = getComputedStyle(one)
      const long = (text) => text.split(',').some((part) => parseFloat(part) > 0.01)
      return (animationName !== 'none' && long(animationDuration)) || long(transitionDuration) || scrollBehavior === 'smooth'
    })
    .map((one) => one.tagName + '.' + one.className)`)
  return [...new Set(found)].slice(0, 3)
}

/** Pairs of texts in the flow of a page whose boxes cover each other by more than a few pixels. */
export async function overlappingTexts(page: Page): Promise<string[]> {
  const found: string[] = await page.evaluate(overlapping)
  return found.slice(0, 3)
}

const overlapping = `(() => {
  const seen = (parent, { left, right, top, bottom }) => {
    const box = { left, right, top, bottom }
    for (let at = parent; at !== null && at !== document.body; at = at.parentElement) {
      if (getComputedStyle(at).overflow === 'visible') continue
      const clip = at.getBoundingClientRect()
      box.left = Math.max(box.left, clip.left)
      box.right = Math.min(box.right, clip.right)
      box.top = Math.max(box.top, clip.top)
      box.bottom = Math.min(box.bottom, clip.bottom)
    }
    return box
  }
  const texts = []
  const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const { parentElement: parent, textContent } = walker.currentNode
    if (textContent.trim() === '' || parent.closest('svg, .hidden-text, option, datalist, [hidden], .drawer, .merge')) continue
    if (!parent.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue
    const range = document.createRange()
    range.selectNodeContents(walker.currentNode)
    for (const whole of range.getClientRects()) {
      const box = seen(parent, whole)
      if (box.right - box.left > 2 && box.bottom - box.top > 2) texts.push({ box, text: textContent.trim().slice(0, 40), parent })
    }
  }
  const found = []
  texts.sort((one, two) => one.box.top - two.box.top)
  for (const [at, one] of texts.entries()) {
    for (const two of texts.slice(at + 1)) {
      if (two.box.top > one.box.bottom) break
      const wide = Math.min(one.box.right, two.box.right) - Math.max(one.box.left, two.box.left)
      const high = Math.min(one.box.bottom, two.box.bottom) - Math.max(one.box.top, two.box.top)
      if (wide > 4 && high > 6) found.push(one.text + ' | ' + two.text)
    }
  }
  return found
})()`
