import { bookmark, configMap } from './scripted-client.ts'
import type { ScriptedAnswer, ScriptedRequest, ScriptedServer } from './scripted-server.ts'
import { waitFor } from './wait-for.ts'

/** A watch that a client has opened on a scripted server. */
export interface OpenWatch {
  readonly request: ScriptedRequest
  readonly answer: ScriptedAnswer
}

/** Hands watches to the test as they are opened; other requests go to `lists`. */
export class ScriptedWatches {
  readonly opened: OpenWatch[] = []
  /** Answers what is not a watch. */
  lists: (request: ScriptedRequest, answer: ScriptedAnswer) => void = (_request, answer) =>
    answer.status(500, 'InternalError', 'no list is scripted')
  /** Sees a watch first; true when it has answered it. */
  refuse: (request: ScriptedRequest, answer: ScriptedAnswer) => boolean = () => false

  constructor(server: ScriptedServer) {
    server.script((request, answer) => {
      if (!request.isWatch) this.lists(request, answer)
      else if (!this.refuse(request, answer)) this.opened.push({ request, answer })
    })
  }

  /** The watch that is opened as number `index`, once it is there, with its answer begun. */
  async next(index: number): Promise<OpenWatch> {
    const watch = await waitFor(() => this.opened[index])
    watch.answer.open()
    return watch
  }

  /** The same, with a complete list told: the names, each at the revision given. */
  async nextWithList(
    index: number,
    objects: { readonly [name: string]: number },
    revision: number,
  ): Promise<OpenWatch> {
    const watch = await this.next(index)
    for (const [name, at] of Object.entries(objects)) watch.answer.line(event('ADDED', name, at))
    watch.answer.line(bookmark(revision, true))
    return watch
  }
}

/** One event of a watch. */
export function event(type: string, name: string, revision: number | string, data: object = {}): object {
  return { type, object: configMap(name, revision, data) }
}

/** An ERROR event. */
export function errorEvent(code: number, reason: string, message: string): object {
  return {
    type: 'ERROR',
    object: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code },
  }
}
