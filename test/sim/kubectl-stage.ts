import { afterAll, beforeAll, beforeEach, expect } from 'vitest'
import type { EmulatedVersion } from '../../tools/kubernetes/index.ts'
import { type SimulatedServer, simulatedServer } from './simulated-server.ts'

/** A simulated cluster, and kubectl in a namespace of each test's own. */
export interface KubectlStage {
  readonly sim: SimulatedServer
  readonly namespace: string
  /** How many tests have begun, for names that must differ. */
  readonly count: number
  /** As alice; throws when it fails. */
  kubectl(...args: string[]): Promise<string>
  /** What it says when it fails, as it must. */
  failing(...args: string[]): Promise<string>
  /** With an object on standard input. */
  send(object: unknown, ...args: string[]): Promise<string>
  /** What it says when it fails with an object on standard input. */
  refused(object: unknown, ...args: string[]): Promise<string>
  // What kubectl prints is looked at as it is.
  read(...args: string[]): Promise<Record<string, unknown>>
  rolledOut(name: string): Promise<string>
}

/** Sets the stage for the tests that are declared after it. */
export function kubectlStage(version: EmulatedVersion): KubectlStage {
  let sim: SimulatedServer | undefined
  let namespace = ''
  let count = 0
  beforeAll(async () => {
    sim = await simulatedServer(version)
  })
  afterAll(async () => {
    await sim?.close()
  })
  beforeEach(async () => {
    count += 1
    namespace = `play-${count}`
    await stage.sim.server.mustKubectl('admin', ['create', 'namespace', namespace])
  })
  const within = (args: readonly string[]): string[] => [...args, '-n', namespace]
  const stage: KubectlStage = {
    get sim() {
      if (sim === undefined) throw new Error('the stage is not set yet')
      return sim
    },
    get namespace() {
      return namespace
    },
    get count() {
      return count
    },
    kubectl: (...args) => stage.sim.server.mustKubectl('alice', within(args)),
    async failing(...args) {
      const { code, stderr } = await stage.sim.server.kubectl('alice', within(args))
      expect(code, stderr).not.toBe(0)
      return stderr
    },
    send: (object, ...args) =>
      stage.sim.server.mustKubectl('alice', [...within(args), '-f', '-'], JSON.stringify(object)),
    async refused(object, ...args) {
      const words = [...within(args), '-f', '-']
      const { code, stderr } = await stage.sim.server.kubectl('alice', words, JSON.stringify(object))
      expect(code, stderr).not.toBe(0)
      return stderr
    },
    read: async (...args) =>
      JSON.parse(await stage.kubectl('get', ...args, '-o', 'json')) as Record<string, unknown>,
    rolledOut: (name) => stage.kubectl('rollout', 'status', `deployment/${name}`, '--timeout=60s'),
  }
  return stage
}

export const deployment = (name: string, image = 'nginx:1', replicas = 2) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, labels: { app: name } },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'web', image }] } },
  },
})

export const configMap = (name: string, data: Record<string, string>) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data,
})
