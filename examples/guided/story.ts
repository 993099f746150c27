import { freezeAndThaw } from './chapters/brakes.ts'
import { deliverInStages, failAtTheCanary, promote, releaseWithProof } from './chapters/delivery.ts'
import { driftAndHeal } from './chapters/drift.ts'
import type { Stage } from './stage.ts'
import { Storyteller, type Teller } from './storyteller.ts'

/** Plays the whole story. Throws when a step does not come out as told. */
export async function tellStory(stage: Stage, teller: Teller): Promise<void> {
  const story = new Storyteller(stage, teller)
  await deliverInStages(story)
  await releaseWithProof(story)
  await failAtTheCanary(story)
  await driftAndHeal(story)
  await freezeAndThaw(story)
  await promote(story)
}
