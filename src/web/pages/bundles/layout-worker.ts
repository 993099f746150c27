import type { RenderedObject } from '../../../api/index.ts'
import { layOut } from './graph-layout.ts'

/** Lays out beside the page, so that a large graph never stops it. */
self.addEventListener('message', ({ data }: MessageEvent<readonly RenderedObject[]>) => {
  self.postMessage(layOut(data))
})
