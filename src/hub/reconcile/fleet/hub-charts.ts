import { join } from 'node:path'
import { type ChartCredential, type Charts, type ChartSecret, openCharts } from '../../../charts/index.ts'
import type { Clock, Log } from '../../../runtime/index.ts'
import type { HubConfig } from '../../config/index.ts'

/** Charts of repositories and registries, as hub.yaml allows them: kept beside the data, by digest. */
export function openHubCharts(options: {
  readonly config: HubConfig
  readonly clock: Clock
  readonly log: Log
  readonly caFile: string | undefined
}): Charts {
  const { config, clock, log, caFile } = options
  const { hosts, plainHttp, credentials } = config.charts
  return openCharts({
    cacheFolder: join(config.dataFolder, 'charts'),
    allowedHosts: hosts,
    plainHttp,
    credentials: credentials.map(
      ({ origin, credential }): ChartCredential => ({
        name: credential,
        origin,
        read: async (): Promise<ChartSecret> => {
          const secret = await config.credentials.forGit(credential).read()
          if (secret.kind !== 'ssh') return secret
          throw new Error(`credential ${credential} is an SSH key, which no chart repository takes`)
        },
      }),
    ),
    proxies: config.proxies,
    clock,
    log,
    ...(caFile === undefined ? {} : { caFile }),
  })
}
