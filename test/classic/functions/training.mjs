// Jobs that run for as many looks as the name says, `job-3`, or fail, `job-bad`.
const FUNCTIONS = {
  submit: ({ job }) => ({ job, accepted: true }),
  status({ job, looks }) {
    const count = (looks ?? 0) + 1;
    const [, end] = job.split('-');
    const status = end === 'bad' ? 'Failed' : count > Number(end) ? 'Success' : count === 1 ? 'Init' : 'Running';
    return { status, looks: count };
  },
  measure: ({ what, job }) => ({ measure: { what, value: what.length, job } }),
};

export function handler(event, context) {
  return FUNCTIONS[context.function.name](JSON.parse(event));
}
