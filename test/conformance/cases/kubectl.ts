import type { Case } from '../case.ts'
import { configMap, deployment, templateWith } from '../manifests.ts'
import type { Stage } from '../stage.ts'

const web = (on: Stage): string => on.at('apps/v1', 'deployments/web')
const settings = (on: Stage): string => on.at('v1', 'configmaps/settings')

/** Runs each command, and looks at what it left behind. */
async function commands(on: Stage, path: string, ...all: readonly (readonly string[])[]): Promise<void> {
  for (const args of all) {
    await on.kubectl(args)
    await on.get(path)
  }
}

/** What kubectl leaves behind: case 49 of the simulator's list. */
export const kubectlCases: readonly Case[] = [
  {
    title: '49: kubectl creates, changes and scales',
    async play(on) {
      await commands(
        on,
        web(on),
        ['create', 'deployment', 'web', '--image=example.dev/web:1', '--replicas=2', '--port=80'],
        ['set', 'image', 'deployment/web', 'web=example.dev/web:2'],
        ['set', 'env', 'deployment/web', 'A=1'],
        ['scale', 'deployment/web', '--replicas=4'],
        ['label', 'deployment/web', 'a=b'],
        ['label', 'deployment/web', 'a=c'],
        ['label', 'deployment/web', 'a=c', '--overwrite'],
        ['label', 'deployment/web', 'a-'],
        ['annotate', 'deployment/web', 'note=hello'],
        ['annotate', 'deployment/web', 'note-'],
        ['patch', 'deployment/web', '-p', '{"spec":{"replicas":5}}'],
        ['patch', 'deployment/web', '--type=merge', '-p', '{"spec":{"paused":true}}'],
        ['patch', 'deployment/web', '--type=json', '-p', '[{"op":"remove","path":"/spec/paused"}]'],
        ['autoscale', 'deployment/web', '--min=1', '--max=3'],
        ['expose', 'deployment/web', '--port=80'],
        ['delete', 'deployment/web'],
        ['delete', 'deployment/web'],
      )
    },
  },
  {
    title: '49: kubectl applies on the client, on the server, and replaces',
    async play(on) {
      const apply = async (object: unknown, ...more: readonly string[]): Promise<void> => {
        await on.kubectl(['apply', '-f', '-', ...more], JSON.stringify(object))
        await on.get(web(on))
      }
      await apply(deployment())
      await apply(deployment())
      await apply(deployment({ replicas: 4, template: templateWith({ image: 'example.dev/web:3' }) }))
      await on.kubectl(
        ['diff', '-f', '-'],
        JSON.stringify(deployment({ replicas: 4, template: templateWith({ image: 'example.dev/web:3' }) })),
      )
      await apply(deployment({ replicas: 5 }), '--server-side')
      await apply(deployment({ replicas: 5 }), '--server-side', '--field-manager=other')
      await apply(deployment({ replicas: 6 }), '--server-side', '--field-manager=other')
      await apply(deployment({ replicas: 6 }), '--server-side', '--field-manager=other', '--force-conflicts')
      await on.kubectl(['replace', '-f', '-'], JSON.stringify(deployment({ replicas: 1 })))
      await on.get(web(on))
      await apply({ ...deployment(), unknown: 1 })
      await apply(deployment({ replicaz: 1 }))
      await apply(deployment({ replicas: -1 }))
    },
  },
  {
    title: '49: kubectl keeps ConfigMaps and Secrets',
    async play(on) {
      await commands(
        on,
        settings(on),
        ['create', 'configmap', 'settings', '--from-literal=a=1'],
        ['create', 'configmap', 'settings', '--from-literal=a=1'],
        ['patch', 'configmap/settings', '-p', '{"data":{"b":"2"}}'],
      )
      await on.kubectl(['apply', '-f', '-'], JSON.stringify(configMap({ a: '2' })))
      await on.get(settings(on))
      await on.kubectl(['create', 'secret', 'generic', 'keys', '--from-literal=a=1'])
      await on.get(on.at('v1', 'secrets/keys'))
      await on.kubectl(['get', 'configmaps,secrets', '-o', 'name'])
      await on.kubectl(['get', 'configmap/settings', '-o', 'jsonpath={.data}'])
      await on.kubectl(['get', 'configmap/nothing'])
      await on.kubectl(['get', 'nothings'])
    },
  },
]
