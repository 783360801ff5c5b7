"""Of each job, which parts are on the backup, with honest bounds (promise 10)."""
