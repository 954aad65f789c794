-- A RayService is healthy when it serves, no application of its clusters has failed and no upgrade is under way.
if obj.spec ~= nil and obj.spec.suspend then
  return { status = "Suspended", message = "suspended, its clusters are deleted" }
end
local status = obj.status or {}
local conditions = {}
for _, condition in ipairs(status.conditions or {}) do
  conditions[condition.type] = condition
end

local ready = conditions.Ready
-- Neither goes away by itself: the spec is refused, or the service must be deleted and made again.
if ready ~= nil and (ready.reason == "ValidationFailed" or ready.reason == "InitializingTimeout") then
  return { status = "Degraded", message = ready.reason .. ": " .. (ready.message or "") }
end

local failed = {}
for _, name in ipairs({ "activeServiceStatus", "pendingServiceStatus" }) do
  local applications = (status[name] or {}).applicationStatuses or {}
  for application, state in pairs(applications) do
    if state.status == "DEPLOY_FAILED" or state.status == "UNHEALTHY" then
      table.insert(failed, application .. " is " .. state.status .. ": " .. (state.message or ""))
    end
  end
end
if #failed > 0 then
  table.sort(failed)
  return { status = "Degraded", message = table.concat(failed, "; ") }
end

local endpoints = "endpoints that serve: " .. (status.numServeEndpoints or 0)
if ready == nil then
  -- Operators before the conditions, or one that has not come to it yet.
  if status.serviceStatus == "Running" then
    return { status = "Healthy", message = endpoints }
  end
  return { status = "Progressing", message = "waits for KubeRay" }
end
if ready.status ~= "True" then
  return { status = "Progressing", message = ready.message or ready.reason }
end
local upgrade = conditions.UpgradeInProgress
if upgrade ~= nil and upgrade.status == "True" then
  return { status = "Progressing", message = "upgrades, " .. endpoints }
end
return { status = "Healthy", message = endpoints }
