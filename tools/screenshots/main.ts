import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { openWindow, servePages, startBrowser } from '../../test/web/browser.ts'
import { pages } from '../../test/web/page-list.ts'
import { thousandClusters } from '../../test/web/thousand-clusters.ts'
import { buildWeb } from '../web.ts'

/**
 * Draws pages of the demo fleet: `node tools/screenshots/main.ts` renews the pictures of `docs`;
 * `node tools/screenshots/main.ts <folder> [page…]` draws every page, light and dark, at two widths, to be looked at.
 */
const published: readonly (readonly [name: string, scheme: 'light' | 'dark'])[] = [
  ['fleet', 'light'],
  ['fleet-drawer', 'dark'],
  ['drift', 'light'],
  ['cause', 'dark'],
  ['drift-detail', 'light'],
  ['rollout', 'light'],
  ['bundle-promotion', 'dark'],
  ['cluster', 'light'],
  ['compare', 'light'],
  ['activity', 'dark'],
  ['start', 'light'],
]

const [folder, ...wanted] = process.argv.slice(2)
const all = (['light', 'dark'] as const).flatMap((scheme) =>
  [1440, 1920].flatMap((width) => pages.map(([name]) => ({ name, scheme, width }))),
)
const shots =
  folder === undefined
    ? published.map(([name, scheme]) => ({ name, scheme, width: 1440 }))
    : all.filter(({ name }) => wanted.length === 0 || wanted.includes(name))
const out = folder ?? join('docs', 'pictures')

await buildWeb()
await mkdir(out, { recursive: true })
const hub = await servePages(thousandClusters())
const browser = await startBrowser()
try {
  for (const { name, scheme, width } of shots) {
    const [, path = '/', ready = 'main'] = pages.find(([one]) => one === name) ?? []
    const { page, context, errors } = await openWindow(browser, hub, { width, height: 900, scheme })
    await page.goto(hub.url + path)
    await page.waitForSelector(ready)
    await page.evaluate('document.fonts.ready')
    // The answers of the frame come beside those of the page.
    await page.waitForTimeout(500)
    const png = await page.screenshot({ fullPage: folder !== undefined, animations: 'disabled' })
    const file = folder === undefined ? `${name}.webp` : `${name}-${width}-${scheme}.png`
    await writeFile(join(out, file), folder === undefined ? await webp(page, png) : png)
    console.log(file, errors.join('; '))
    await context.close()
  }
} finally {
  await browser.close()
  await hub.close()
}

/** The same picture at a third of its size. */
async function webp(page: Page, png: Buffer): Promise<Buffer> {
  const text: string = await page.evaluate(`(async () => {
    const bytes = Uint8Array.from(atob(${JSON.stringify(png.toString('base64'))}), (char) => char.charCodeAt(0))
    const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }))
    const canvas = new OffscreenCanvas(image.width, image.height)
    canvas.getContext('2d').drawImage(image, 0, 0)
    const blob = await canvas.convertToBlob({ type: 'image/webp', quality: 0.72 })
    let text = ''
    for (const byte of new Uint8Array(await blob.arrayBuffer())) text += String.fromCharCode(byte)
    return btoa(text)
  })()`)
  return Buffer.from(text, 'base64')
}
