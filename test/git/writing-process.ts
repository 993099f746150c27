import { openRepository } from '../../src/git/index.ts'

/**
 * A process of its own that adds a line to a file of a branch, for tests that let many write at once or kill one:
 * `URL FOLDER BRANCH INTENT LINE`. Sends what came of it to its parent.
 */
const [url = '', cacheDir = '', branch = '', intent = '', line = ''] = process.argv.slice(2)

const repository = await openRepository({ url, cacheDir })
const pushed = await repository.push({
  intent,
  branch,
  edit: async ({ commit }) => {
    const before = (await repository.readTree(commit, 'log.txt')).get('log.txt')?.text ?? ''
    return new Map([['log.txt', `${before}${line}\n`]])
  },
  message: `Add ${line}`,
  author: { name: 'Evenkeel', email: 'evenkeel@example.com' },
})
process.send?.(pushed)
await repository.close()
process.disconnect?.()
