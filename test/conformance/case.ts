import type { Stage } from './stage.ts'

/** A play that is put on at two servers, whose transcripts must not differ. */
export interface Case {
  /** With its number in the list of cases of the simulator. */
  readonly title: string
  /** All versions without it. */
  readonly versions?: readonly string[]
  readonly play: (on: Stage) => Promise<void>
}
