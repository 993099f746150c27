import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { openWindow, servePages, startBrowser } from '../../test/web/browser.ts'
import { pages } from '../../test/web/page-list.ts'
import { thousandClusters } from '../../test/web/thousand-clusters.ts'
import { buildWeb } from '../web.ts'

/**
 * Draws every page of the fleet of the mocks, light and dark: `node tools/screenshots/main.ts` renews the pictures of
 * `docs`; `node tools/screenshots/main.ts <folder> [page…]` draws them whole at two widths, to be looked at.
 */
const [folder, ...wanted] = process.argv.slice(2)
const widths = folder === undefined ? [1440] : [1440, 1920]
const names = pages.map(([name]) => name).filter((name) => wanted.length === 0 || wanted.includes(name))
const looks = (['light', 'dark'] as const).flatMap((scheme) => widths.map((width) => ({ scheme, width })))
const out = folder ?? join('docs', 'pictures')

await buildWeb()
await mkdir(out, { recursive: true })
const hub = await servePages(thousandClusters())
const browser = await startBrowser()
try {
  for (const { scheme, width } of looks) {
    // One window for all pages: each that is opened signs in, and would stand in the settings.
    const { page, context, errors } = await openWindow(browser, hub, { width, height: 900, scheme })
    for (const name of names) {
      const [, path = '/', ready = 'main'] = pages.find(([one]) => one === name) ?? []
      await page.goto(hub.url + path)
      await page.waitForSelector(ready)
      await page.evaluate('document.fonts.ready')
      // The answers of the frame come beside those of the page.
      await page.waitForTimeout(500)
      const png = await page.screenshot({ fullPage: folder !== undefined, animations: 'disabled' })
      const file = folder === undefined ? `${name}-${scheme}.webp` : `${name}-${width}-${scheme}.png`
      await writeFile(join(out, file), folder === undefined ? await webp(page, png) : png)
      console.log(file, errors.splice(0).join('; '))
    }
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
