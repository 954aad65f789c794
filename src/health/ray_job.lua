-- As Argo CD judges a Job: progressing while it runs, healthy when it succeeded.
local status = obj.status or {}
local deployment = status.jobDeploymentStatus or ""
local message = status.message
if message == nil or message == "" then
  message = status.jobStatus
end

if deployment == "Failed" or deployment == "ValidationFailed" then
  return { status = "Degraded", message = (status.reason or deployment) .. ": " .. (message or "see the events") }
end
if deployment == "Complete" then
  if status.jobStatus == "FAILED" or status.jobStatus == "STOPPED" then
    return { status = "Degraded", message = message }
  end
  return { status = "Healthy", message = message }
end
if deployment == "Suspended" then
  return { status = "Suspended", message = "suspended, its cluster is gone" }
end
if deployment == "" then
  return { status = "Progressing", message = "waits for KubeRay" }
end
return { status = "Progressing", message = deployment }
