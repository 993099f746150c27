import { expect, test } from 'vitest'
import { readBoxQuestion } from './box-question.ts'

const environments = ['prod', 'dev']
const read = (text: string) => readBoxQuestion(text, environments)

test('a question is read as people ask it', () => {
  expect(read('can user-a delete pods in prod?')).toEqual({
    verb: 'delete',
    resource: 'pods',
    user: 'user-a',
    environment: 'prod',
  })
  expect(read('Can alice@corp get secrets in namespace shop in prod ?')).toEqual({
    verb: 'get',
    resource: 'secrets',
    user: 'alice@corp',
    environment: 'prod',
    namespace: 'shop',
  })
  expect(read('who can Create pods/exec in shop')).toEqual({
    verb: 'create',
    resource: 'pods/exec',
    namespace: 'shop',
  })
  expect(read('* *')).toEqual({ verb: '*', resource: '*' })
})

test('groups and service accounts are told apart from users', () => {
  expect(read('can group:team delete pods')).toMatchObject({ group: 'team' })
  expect(read('can sa:shop/web get secrets')).toMatchObject({ user: 'system:serviceaccount:shop:web' })
})

test('what is not understood says what to write', () => {
  expect(read('pods')).toMatch(/a verb and a resource/)
  expect(read('')).toMatch(/a verb and a resource/)
  expect(read('can alice or bob delete pods')).toMatch(/^Not understood: alice or/)
})
