import { SpokeFailure } from './failure.ts'
import type { Content, ContentSource } from './ports.ts'

/** The renderings that a cluster's engine works with now, each asked for once. */
export class ContentCache {
  readonly #source: ContentSource
  readonly #contents = new Map<string, Promise<Content>>()

  constructor(source: ContentSource) {
    this.#source = source
  }

  /** Throws `no-content` where a rendering is not to be had now. */
  of(variant: string): Promise<Content> {
    let content = this.#contents.get(variant)
    if (content === undefined) {
      content = this.#source.content(variant).then((found) => {
        if (found !== undefined) return found
        throw new SpokeFailure('no-content', `rendering ${variant.slice(0, 12)} is not to be had`, {
          retryable: true,
        })
      })
      this.#contents.set(variant, content)
      content.catch(() => this.#contents.delete(variant))
    }
    return content
  }

  /** Lets go of every other rendering. */
  keep(used: ReadonlySet<string>): void {
    for (const variant of this.#contents.keys()) if (!used.has(variant)) this.#contents.delete(variant)
  }
}
