import type { Stage } from './stage.ts'

/** Where the story speaks to: the terminal, or a test that reads along. */
export interface Teller {
  chapter(title: string): void
  /** A command as a person would type it. */
  typed(command: string): void
  shown(output: string): void
}

/** Tells a story on a stage: types commands, shows what they print, waits for what they bring about. */
export class Storyteller {
  readonly stage: Stage
  readonly teller: Teller

  constructor(stage: Stage, teller: Teller) {
    this.stage = stage
    this.teller = teller
  }

  /** Runs `ek` in front of everybody. Throws unless it ends with the expected code. */
  async ek(expected: number, ...args: string[]): Promise<string> {
    const command = `ek ${args.map(quoted).join(' ')}`
    this.teller.typed(command)
    const { code, output } = await this.stage.ek(...args)
    this.teller.shown(output)
    if (code !== expected) throw new Error(`${command} ended with ${code}, expected ${expected}: ${output}`)
    return output
  }

  /** Runs `ek … -o json` behind the scenes. */
  async read(...args: string[]): Promise<unknown> {
    const { output } = await this.stage.ek(...args, '-o', 'json')
    try {
      return JSON.parse(output)
    } catch {
      return {}
    }
  }

  /** A line between two commands. */
  aside(line: string): void {
    this.teller.shown(`\n# ${line}`)
  }

  /** Waits until the newest run of a bundle is as wanted. */
  async untilRun(bundle: string, what: string, holds: (run: RunText) => boolean): Promise<void> {
    await this.eventually(`the run of ${bundle} ${what}`, async () => {
      const {
        id = '',
        revision = '',
        state = '',
        waits = [],
      } = (await this.read('rollout', 'status', bundle)) as Partial<RunText>
      return holds({ id, revision, state, waits })
    })
  }

  async eventually(what: string, condition: () => Promise<boolean>): Promise<void> {
    const deadline = performance.now() + 120_000
    while (!(await condition())) {
      if (performance.now() > deadline) throw new Error(`never: ${what}`)
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }
}

/** The part of a run that the story waits for. */
interface RunText {
  readonly id: string
  readonly revision: string
  readonly state: string
  readonly waits: readonly string[]
}

function quoted(word: string): string {
  return /^[\w./=:,-]+$/.test(word) ? word : `'${word}'`
}
